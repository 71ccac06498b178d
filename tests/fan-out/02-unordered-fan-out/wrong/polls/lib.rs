//! Caught by: results_stream (fail), waiting_workers_are_parked (spin)
//!
//! "A std lock cannot be held while waiting, so I try and look again in a moment": a poll loop on the input.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let (input, work, output) = (input.clone(), work.clone(), output.clone());
        tokio::spawn(async move {
            loop {
                let number = input.lock().unwrap_or_else(PoisonError::into_inner).try_recv();
                match number {
                    Ok(number) => {
                        work.run(number).await;
                        if output.send(number * 2).await.is_err() {
                            return;
                        }
                    }
                    Err(TryRecvError::Empty) => tokio::time::sleep(Duration::from_millis(1)).await,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
        });
    }
    receiver
}
