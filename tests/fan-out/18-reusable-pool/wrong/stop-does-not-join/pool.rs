//! Caught by: stop_finishes_what_was_accepted (fail)
//!
//! "To close the queue is to stop": it is, some time later, and nobody waits for it.

use crate::worker::{Job, worker};
use crate::{Panicked, Stopped, WORKERS};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use tokio::sync::{Mutex, mpsc};
use tokio_util::task::TaskTracker;
use workbook::Work;

const QUEUE: usize = WORKERS;

#[derive(Debug)]
pub struct Pool {
    queue: StdMutex<Option<mpsc::Sender<Job>>>,
    _workers: TaskTracker,
}

impl Pool {
    pub fn new(work: Work) -> Pool {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let workers = TaskTracker::new();
        for _ in 0..WORKERS {
            workers.spawn(worker(jobs.clone(), work.clone()));
        }
        workers.close();
        Pool { queue: StdMutex::new(Some(queue)), _workers: workers }
    }

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

    pub async fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
