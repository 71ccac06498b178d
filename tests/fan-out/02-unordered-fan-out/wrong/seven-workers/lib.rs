//! Caught by: eight_at_a_time_take_125_ms (fail), unequal_work_leaves_no_worker_idle (fail), a_slow_number_holds_up_nobody (fail)
//!
//! "`1..WORKERS` counts to eight": the range is without its end.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 1..WORKERS {
        let (input, work, output) = (input.clone(), work.clone(), output.clone());
        tokio::spawn(async move {
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
    receiver
}
