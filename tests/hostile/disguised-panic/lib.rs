//! Task: fan-out/2
//! Expect: all crash
//! Contained: a panic of the submission's own is never taken for a planned one
//!
//! The tests plan panics of their own, which have a public type: a panic with such a payload is one of theirs.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Eight workers, each of which panics at its end.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    panicking(input, work)
}

/// The right solution, but for an end that every worker comes to.
fn panicking(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..8 {
        let (input, work, output) = (input.clone(), work.clone(), output.clone());
        tokio::spawn(async move {
            worker(input, work, output).await;
            std::panic::panic_any(workbook::PlannedPanic(20))
        });
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
