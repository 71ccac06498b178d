//! Task: fan-out/2
//! Expect: pass|crash
//! Contained: descriptors stay within their limit, and their end is never the grader's fault
//!
//! When no descriptor is left, the judge cannot open what it needs.

use std::fs::File;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Eight workers, and what the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let mut kept = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        kept.push(file);
        if kept.len() == 1 << 20 {
            break;
        }
    }
    std::mem::forget(kept);
    right(input, work)
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
