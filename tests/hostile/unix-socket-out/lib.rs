//! Task: fan-out/2
//! Expect: all crash
//! Contained: no service of the machine can be reached
//!
//! Services listen at files too, where no rule on networks applies.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Eight workers, and what the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    if !reached() {
        panic!("out of reach");
    }
    right(input, work)
}

fn reached() -> bool {
    let mut places: Vec<String> =
        ["/run/docker.sock", "/var/run/docker.sock", "/run/podman/podman.sock"].map(String::from).into();
    places.extend(["/run/dbus/system_bus_socket", "/run/systemd/private", "/run/user/1000/bus"].map(String::from));
    places.extend(["/tmp/.X11-unix/X0", "/var/run/nscd/socket", "/run/systemd/journal/stdout"].map(String::from));
    places.extend(std::env::var("SSH_AUTH_SOCK"));
    places.iter().any(|place| UnixStream::connect(place).is_ok())
}

/// The right solution.
fn right(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..8 {
        tokio::spawn(worker(input.clone(), work.clone(), output.clone()));
    }
    receiver
}

async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>) {
    while let Some(number) = next(&input).await {
        work.run(number).await;
        if output.send(number * 2).await.is_err() {
            return;
        }
    }
}

async fn next(input: &Mutex<Receiver<u64>>) -> Option<u64> {
    input.lock().await.recv().await
}
