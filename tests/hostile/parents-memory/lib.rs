//! Task: fan-out/2
//! Expect: all crash
//! Contained: no other process's memory can be opened
//!
//! The judge runs as the same user; its memory is a file that this user may write.

use std::fs;
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

/// Opens it and writes nothing: what can be opened can be written.
fn reached() -> bool {
    let parent = std::os::unix::process::parent_id();
    let open =
        |file: &str| fs::OpenOptions::new().read(true).write(true).open(format!("/proc/{parent}/{file}")).is_ok();
    open("mem") || fs::read_dir(format!("/proc/{parent}/fd")).is_ok_and(|mut entries| entries.next().is_some())
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
