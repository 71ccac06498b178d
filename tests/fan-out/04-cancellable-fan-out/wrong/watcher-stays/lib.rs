//! Caught by: every_number_doubled_once (leak), eight_at_a_time (leak), a_reader_that_stops_parks_every_task (leak), dropping_the_output_stops_every_task (leak), a_panic_ends_no_worse_than_its_item (leak)
//!
//! "Somebody must wait for the cancel": a watcher that aborts the tasks, and that only a cancel ends.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 8;
pub const PRODUCER_CAPACITY: usize = 8;
pub const OUTPUT_CAPACITY: usize = 8;

pub fn producer<I>(numbers: I, token: CancellationToken) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(PRODUCER_CAPACITY);
    let numbers = numbers.into_iter();
    if token.is_cancelled() {
        return receiver;
    }
    let task = tokio::spawn(async move {
        for number in numbers {
            if output.send(number).await.is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        token.cancelled().await;
        task.abort();
    });
    receiver
}

pub fn fan_out(input: Receiver<u64>, work: Work, token: CancellationToken) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let input = Arc::new(Mutex::new(input));
    if token.is_cancelled() {
        return receiver;
    }
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        let (input, work, output) = (input.clone(), work.clone(), output.clone());
        workers.push(tokio::spawn(async move {
            loop {
                let next = input.lock().await.recv().await;
                let Some(number) = next else { return };
                work.run(number).await;
                if output.send(number * 2).await.is_err() {
                    return;
                }
            }
        }));
    }
    tokio::spawn(async move {
        token.cancelled().await;
        for worker in workers {
            worker.abort();
        }
    });
    receiver
}
