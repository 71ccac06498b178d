//! Task: fan-out/2
//! Expect: all crash
//! Contained: no memory is taken that outlives the process or that its resident size does not show
//!
//! A file in memory counts as nobody's, and stays when its writer has ended. (Safe Rust has no `mmap`; this is as
//! near as it gets.)

use std::fs;
use std::path::Path;
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
    ["/dev/shm", "/run/shm", "/run/lock", "/run/user/0", "/run/user/1000"].iter().any(|folder| {
        let file = Path::new(folder).join(format!("hoard-{}", std::process::id()));
        let written = fs::write(&file, vec![1; 1 << 20]).is_ok();
        let _ = fs::remove_file(&file);
        written
    })
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
