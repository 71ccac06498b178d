//! Task: fan-out/2
//! Expect: all crash
//! Contained: a panic in a destructor is a panic
//!
//! A destructor runs when the test is over; what panics there comes too late to count.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Eight workers, each with a guard that panics when it is dropped.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..8 {
        let (input, work, output) = (input.clone(), work.clone(), output.clone());
        tokio::spawn(async move {
            let _guard = Guard;
            worker(input, work, output).await;
        });
    }
    receiver
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        panic!("too late to count");
    }
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
