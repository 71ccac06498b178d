//! Task: fan-out/2
//! Expect: crash
//! Contained: what is checked after the last result is checked, or nothing passes
//!
//! Once the output is dropped, all values have been compared; a process that ends then is not asked which tasks are
//! left.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Eight workers, and an end as soon as nobody reads.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..8 {
        tokio::spawn(worker(input.clone(), work.clone(), output.clone()));
    }
    let weak = output.downgrade();
    drop(output);
    tokio::spawn(async move {
        // Looks again and again, so that it does not keep the output open.
        while let Some(output) = weak.upgrade() {
            if output.is_closed() {
                break;
            }
            drop(output);
            tokio::time::sleep(std::time::Duration::from_micros(900)).await;
        }
        std::process::exit(0);
    });
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
