//! Caught by: random_times_cost_little (fail), a_straggler_fills_the_window_and_no_more (fail)
//!
//! "`buffered(8)` is eight workers and keeps the order": its eight are the window too, so the head of the line
//! stops the other seven.

mod reorder;

pub use reorder::{Missing, ReorderBuffer};

use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};
use std::panic::AssertUnwindSafe;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

pub const WORKERS: usize = 8;
pub const WINDOW: usize = 32;
pub const OUTPUT_CAPACITY: usize = 4;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tagged<T> {
    pub seq: u64,
    pub value: T,
}
pub fn ordered_doubler(input: Receiver<Tagged<u64>>, work: Work) -> Receiver<Result<Tagged<u64>, Missing>> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        tokio::select! {
            () = run(input, work, &output) => {}
            () = output.closed() => {}
        }
    });
    receiver
}
async fn run(input: Receiver<Tagged<u64>>, work: Work, output: &Sender<Result<Tagged<u64>, Missing>>) {
    let results = with_gaps(input).map(|job| one(job, &work)).buffered(WORKERS);
    let mut results = std::pin::pin!(results);
    while let Some(result) = results.next().await {
        if output.send(result).await.is_err() {
            return;
        }
    }
}

async fn one(job: Result<Tagged<u64>, Missing>, work: &Work) -> Result<Tagged<u64>, Missing> {
    let Tagged { seq, value } = job?;
    match AssertUnwindSafe(work.run(value)).catch_unwind().await {
        Ok(()) => Ok(Tagged { seq, value: value * 2 }),
        Err(_) => Err(Missing { seq }),
    }
}

fn with_gaps(input: Receiver<Tagged<u64>>) -> impl Stream<Item = Result<Tagged<u64>, Missing>> {
    let state = (input, 0, None);
    stream::unfold(state, |(mut input, expected, held): (Receiver<Tagged<u64>>, u64, Option<Tagged<u64>>)| async move {
        let job = match held {
            Some(job) => job,
            None => input.recv().await?,
        };
        Some(if expected < job.seq {
            (Err(Missing { seq: expected }), (input, expected + 1, Some(job)))
        } else {
            (Ok(job), (input, job.seq + 1, None))
        })
    })
}
