//! Caught by: every_number_doubled_once (stuck), eight_at_a_time_take_125_ms (stuck), unequal_work_leaves_no_worker_idle (stuck), a_slow_number_holds_up_nobody (stuck), results_stream (stuck), a_reader_that_stops_holds_back_the_input (stuck), a_panic_loses_its_number_alone (stuck)
//!
//! "When the workers are done, so is their channel": the forwarder gave each of them a clone of the sender and still
//! holds the one that it cloned from.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        let input = Arc::new(Mutex::new(input));
        let (results, mut done) = mpsc::channel(WORKERS);
        for _ in 0..WORKERS {
            let (input, work, results) = (input.clone(), work.clone(), results.clone());
            tokio::spawn(async move {
                loop {
                    let number = input.lock().await.recv().await;
                    let Some(number) = number else { return };
                    work.run(number).await;
                    if results.send(number * 2).await.is_err() {
                        return;
                    }
                }
            });
        }
        while let Some(result) = done.recv().await {
            if output.send(result).await.is_err() {
                return;
            }
        }
    });
    receiver
}
