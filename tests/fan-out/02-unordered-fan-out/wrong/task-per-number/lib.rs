//! Caught by: eight_at_a_time_take_125_ms (bound), a_reader_that_stops_holds_back_the_input (bound)
//!
//! "Tasks are cheap, and the output is bounded": a task for each number as soon as it is there.

use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        while let Some(number) = input.recv().await {
            let (work, output) = (work.clone(), output.clone());
            tokio::spawn(async move {
                work.run(number).await;
                output.send(number * 2).await.ok();
            });
        }
    });
    receiver
}
