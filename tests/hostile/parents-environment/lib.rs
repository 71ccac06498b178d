//! Task: fan-out/2
//! Expect: all crash
//! Contained: no other process's environment can be read
//!
//! The grader's environment holds the class's tokens, and `/proc` shows it to the same user.

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

/// The variable is set for the grader alone.
fn reached() -> bool {
    let secret = concat!("WORKBOOK_HOSTILE", "_SECRET=");
    let holds = |bytes: Vec<u8>| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.map(|entry| entry.path().join("environ")).any(|file| fs::read(file).is_ok_and(holds))
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
