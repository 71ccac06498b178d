//! Caught by: results_stream (fail), a_straggler_fills_the_window_and_no_more (bound),
//!     a_reader_that_stops_holds_back_the_input (bound), a_gap_is_reported_at_once (fail)
//!
//! "Order is a matter of sorting": the workers' results are collected, and sorted when the input has ended.

mod reorder;

pub use reorder::{Missing, ReorderBuffer};

use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;
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
    let done = Arc::new(Mutex::new(Vec::new()));
    let (jobs, queue) = mpsc::channel(1);
    let queue = Arc::new(Mutex::new(queue));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(worker(queue.clone(), work.clone(), done.clone()));
    }
    drop(queue);
    let fill = async {
        dispatch(input, jobs, &done).await;
        while workers.join_next().await.is_some() {}
    };
    fill.await;
    let mut results = std::mem::take(&mut *done.lock().await);
    results.sort_by_key(|result| match result {
        Ok(Tagged { seq, .. }) | Err(Missing { seq }) => *seq,
    });
    for result in results {
        if output.send(result).await.is_err() {
            return;
        }
    }
}
async fn dispatch(
    mut input: Receiver<Tagged<u64>>,
    jobs: Sender<Tagged<u64>>,
    done: &Mutex<Vec<Result<Tagged<u64>, Missing>>>,
) {
    let mut expected = 0;
    while let Some(job) = input.recv().await {
        for seq in expected..job.seq {
            done.lock().await.push(Err(Missing { seq }));
        }
        expected = job.seq + 1;
        if jobs.send(job).await.is_err() {
            return;
        }
    }
}

async fn worker(
    queue: Arc<Mutex<Receiver<Tagged<u64>>>>,
    work: Work,
    done: Arc<Mutex<Vec<Result<Tagged<u64>, Missing>>>>,
) {
    loop {
        let job = queue.lock().await.recv().await;
        let Some(Tagged { seq, value }) = job else { return };
        match AssertUnwindSafe(work.run(value)).catch_unwind().await {
            Ok(()) => done.lock().await.push(Ok(Tagged { seq, value: value * 2 })),
            Err(_) => done.lock().await.push(Err(Missing { seq })),
        }
    }
}
