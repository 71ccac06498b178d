//! Caught by: unequal_work_leaves_no_worker_idle (fail), a_slow_number_holds_up_nobody (fail), a_panic_loses_its_number_alone (fail)
//!
//! "Dealing in turn is fair": each worker has a queue of its own, and a number may be dealt to a busy worker while
//! another is free.

use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        let (own, mut numbers) = mpsc::channel(1);
        let (output, work) = (output.clone(), work.clone());
        tokio::spawn(async move {
            while let Some(number) = numbers.recv().await {
                work.run(number).await;
                if output.send(number * 2).await.is_err() {
                    return;
                }
            }
        });
        workers.push(own);
    }
    tokio::spawn(async move {
        let mut turn = 0;
        while let Some(mut number) = input.recv().await {
            // A worker that is gone loses its turn.
            while let Err(mpsc::error::SendError(back)) = workers[turn % workers.len()].send(number).await {
                number = back;
                workers.remove(turn % workers.len());
                if workers.is_empty() {
                    return;
                }
            }
            turn += 1;
        }
    });
    receiver
}
