//! Caught by: unequal_work_leaves_no_worker_idle (fail), a_slow_number_holds_up_nobody (fail)
//!
//! "Eight at a time means eight, then the next eight": each batch waits for its slowest number.

use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        let mut batch = Vec::new();
        while input.recv_many(&mut batch, WORKERS).await > 0 {
            let running = batch.drain(..).map(|number| {
                let work = work.clone();
                tokio::spawn(async move {
                    work.run(number).await;
                    number * 2
                })
            });
            for result in futures::future::join_all(running).await.into_iter().flatten() {
                if output.send(result).await.is_err() {
                    return;
                }
            }
        }
    });
    receiver
}
