//! The fan-out and its two queues.

use crate::Metrics;
use crate::queue::{Receiver, Sender, queue};
use std::sync::Arc;
use tokio::sync::Mutex;
use workbook::Work;

/// How many numbers are worked on at once, at most.
pub const WORKERS: usize = 8;

/// How many numbers wait for a worker, at most.
pub const INPUT_CAPACITY: usize = 8;

/// How many results wait for the reader, at most.
pub const OUTPUT_CAPACITY: usize = 32;

/// The results of a pipeline. Dropping them stops it.
#[derive(Debug)]
pub struct Results {
    results: Receiver<u64>,
}

impl Results {
    /// The next result, as soon as there is one; `None` after the last.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: a result that was not returned stays in the queue.
    pub async fn recv(&mut self) -> Option<u64> {
        self.results.recv().await
    }
}

// ANCHOR: pipeline
/// Works on each number, [`WORKERS`] at a time, and gives out its double.
pub fn pipeline<I>(numbers: I, work: Work) -> (Results, Metrics)
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (to_workers, input, input_depth) = queue(INPUT_CAPACITY);
    let (output, results, output_depth) = queue(OUTPUT_CAPACITY);
    let numbers = numbers.into_iter();
    tokio::spawn(async move {
        for number in numbers {
            if to_workers.send(number).await.is_err() {
                return;
            }
        }
    });
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        tokio::spawn(worker(input.clone(), work.clone(), output.clone()));
    }
    (Results { results }, Metrics::new(input_depth, output_depth))
}
// ANCHOR_END: pipeline

async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>) {
    while let Some(number) = next(&input).await {
        work.run(number).await;
        if output.send(number * 2).await.is_err() {
            return;
        }
    }
}

/// Takes a number. The lock is free again before the work begins.
async fn next(input: &Mutex<Receiver<u64>>) -> Option<u64> {
    input.lock().await.recv().await
}
