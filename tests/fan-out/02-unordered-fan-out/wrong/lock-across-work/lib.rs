//! Caught by: eight_at_a_time_take_125_ms (fail), unequal_work_leaves_no_worker_idle (fail), a_slow_number_holds_up_nobody (fail), dropping_the_output_stops_the_workers (leak), dropping_a_full_output_leaves_nothing (leak)
//!
//! "The lock is for the one `recv`": but in the head of `while let` its guard lives until the end of the body, so
//! that one worker works at a time.

use std::sync::Arc;
use tokio::sync::Mutex;
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
            while let Some(number) = input.lock().await.recv().await {
                work.run(number).await;
                if output.send(number * 2).await.is_err() {
                    return;
                }
            }
        });
    }
    receiver
}
