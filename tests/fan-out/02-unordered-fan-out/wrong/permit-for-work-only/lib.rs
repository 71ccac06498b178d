//! Caught by: a_reader_that_stops_holds_back_the_input (bound)
//!
//! "The permit is for the work": it is given back before the result is sent, so results wait in tasks that nothing
//! counts.

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
            if output.is_closed() {
                return;
            }
            let (work, output) = (work.clone(), output.clone());
            tokio::spawn(async move {
                work.run(number).await;
                drop(permit);
                output.send(number * 2).await.ok();
            });
        }
    });
    receiver
}
