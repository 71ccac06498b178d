//! Caught by: every_result_in_its_items_place (stuck), four_at_a_time (stuck), the_same_four_tasks_run_every_batch (stuck), batches_do_not_mix (stuck), batches_share_the_workers (stuck), a_caller_that_is_not_polled_holds_up_nobody (fail), a_panic_is_the_result_of_its_item (stuck), stop_finishes_what_was_accepted (stuck)
//!
//! "First all items in, then all results out": the way back is full, so the workers wait for the caller, who waits for
//! room in the queue.

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
    workers: TaskTracker,
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
        Pool { queue: StdMutex::new(Some(queue)), workers }
    }

    pub async fn run_batch(&self, items: Vec<u64>) -> Result<Vec<Result<u64, Panicked>>, Stopped> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(queue) = queue else { return Err(Stopped { items }) };
        let (done, mut results) = mpsc::channel(WORKERS);
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
        self.workers.wait().await;
    }
}
