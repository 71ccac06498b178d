//! Caught by: every_number_doubled_once (fail), a_slow_number_holds_up_nobody (fail), a_reader_that_stops_holds_back_the_input (fail), a_panic_loses_its_number_alone (fail)
//!
//! "The first worker that finds the input empty knows that all is done": the others still have a number in hand.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let input = Arc::new(Mutex::new(input));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (input, work, output) = (input.clone(), work.clone(), output.clone());
        workers.spawn(async move {
            loop {
                let number = input.lock().await.recv().await;
                let Some(number) = number else { return };
                work.run(number).await;
                if output.send(number * 2).await.is_err() {
                    return;
                }
            }
        });
    }
    tokio::spawn(async move {
        while let Some(Err(_)) = workers.join_next().await {} // A worker that panicked is not done.
    });
    receiver
}
