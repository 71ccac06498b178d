//! The pool, as its callers see it.

use crate::worker::{Job, worker};
use crate::{Panicked, Stopped, WORKERS};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use tokio::sync::{Mutex, mpsc};
use tokio_util::task::TaskTracker;
use workbook::Work;

/// How many items wait for a worker, over all batches, at most.
const QUEUE: usize = WORKERS;

// ANCHOR: pool
/// Four workers that serve any number of batches.
#[derive(Debug)]
pub struct Pool {
    /// `Some → None` in [`Pool::stop`]. Each batch at work holds a clone.
    queue: StdMutex<Option<mpsc::Sender<Job>>>,
    workers: TaskTracker,
}

impl Pool {
    /// Spawns the workers.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn new(work: Work) -> Pool {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let workers = TaskTracker::new();
        for _ in 0..WORKERS {
            workers.spawn(worker(jobs.clone(), work.clone()));
        }
        workers.close();
        Pool { queue: StdMutex::new(Some(queue)), workers }
    }
    // ANCHOR_END: pool

    // ANCHOR: run_batch
    /// Works on the items and returns their results in the order of the items.
    ///
    /// # Errors
    ///
    /// [`Stopped`], with the items in it, once [`stop`](Pool::stop) has been called.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the items in flight and drops the others and every result. The pool goes on.
    pub async fn run_batch(&self, items: Vec<u64>) -> Result<Vec<Result<u64, Panicked>>, Stopped> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(queue) = queue else { return Err(Stopped { items }) };
        // Room for every result: a worker never waits for this caller.
        let (done, mut results) = mpsc::channel(items.len().max(1));
        for (place, item) in items.iter().copied().enumerate() {
            if queue.send(Job { place, item, done: done.clone() }).await.is_err() {
                break; // No worker is left, though they end after the last sender: the runtime shuts down.
            }
        }
        drop((queue, done));
        // Whoever brings no result has panicked.
        let mut slots: Vec<_> = items.into_iter().map(|item| Err(Panicked { item })).collect();
        while let Some((place, value)) = results.recv().await {
            slots[place] = Ok(value);
        }
        Ok(slots)
    }
    // ANCHOR_END: run_batch

    // ANCHOR: stop
    /// Takes no more batches, waits until those that were accepted are done, and ends the workers.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not undo the stop: the pool takes no batch, and the workers end when they are done. Call
    /// it again to wait for that.
    pub async fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.workers.wait().await;
    }
    // ANCHOR_END: stop
}
