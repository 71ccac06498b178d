//! The fan-out and its two queues.

use crate::Metrics;
use workbook::Work;

/// How many numbers are worked on at once, at most.
pub const WORKERS: usize = 8;

/// How many numbers wait for a worker, at most.
pub const INPUT_CAPACITY: usize = 8;

/// How many results wait for the reader, at most.
pub const OUTPUT_CAPACITY: usize = 32;

/// The results of a pipeline. Dropping them stops it.
#[derive(Debug)]
pub struct Results {}

impl Results {
    /// The next result, as soon as there is one; `None` after the last.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: a result that was not returned stays in the queue.
    pub async fn recv(&mut self) -> Option<u64> {
        todo!("take a result out of the output queue, and see that its depth says so")
    }
}

/// Works on each number, [`WORKERS`] at a time, and gives out its double.
pub fn pipeline<I>(numbers: I, work: Work) -> (Results, Metrics)
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let _ = (numbers, work);
    todo!("a producer, workers, and two bounded queues whose depth the metrics know")
}
