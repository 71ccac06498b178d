//! Caught by: dropping_the_output_stops_the_workers (bound), dropping_a_full_output_leaves_nothing (leak)
//!
//! "Each task sees for itself that the reader is gone": the dispatcher, which only spawns, never looks.

use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let permits = Arc::new(Semaphore::new(WORKERS));
    tokio::spawn(async move {
        while let Some(number) = input.recv().await {
            let permit = permits.clone().acquire_owned().await;
            let (work, output) = (work.clone(), output.clone());
            tokio::spawn(async move {
                let _permit = permit;
                work.run(number).await;
                if output.send(number * 2).await.is_err() {
                    return;
                }
            });
        }
    });
    receiver
}
