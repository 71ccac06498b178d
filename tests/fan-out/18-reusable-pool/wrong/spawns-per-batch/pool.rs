//! Caught by: four_at_a_time (bound), the_same_four_tasks_run_every_batch (fail)
//!
//! "A task costs next to nothing": each batch spawns its own workers, so the pool owns no width and nothing to reuse.

use crate::worker::{Job, worker};
use crate::{Panicked, Stopped, WORKERS};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use tokio::sync::{Mutex, mpsc};
use tokio_util::task::TaskTracker;
use workbook::Work;

const QUEUE: usize = WORKERS;

#[derive(Debug)]
pub struct Pool {
    work: StdMutex<Option<Work>>,
    workers: TaskTracker,
}

impl Pool {
    pub fn new(work: Work) -> Pool {
        Pool { work: StdMutex::new(Some(work)), workers: TaskTracker::new() }
    }

    pub async fn run_batch(&self, items: Vec<u64>) -> Result<Vec<Result<u64, Panicked>>, Stopped> {
        let work = self.work.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(work) = work else { return Err(Stopped { items }) };
        let (queue, jobs) = mpsc::channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..WORKERS {
            self.workers.spawn(worker(jobs.clone(), work.clone()));
        }
        let (done, mut results) = mpsc::channel(items.len().max(1));
        for (place, item) in items.iter().copied().enumerate() {
            if queue.send(Job { place, item, done: done.clone() }).await.is_err() {
                break;
            }
        }
        drop((queue, done));
        let mut slots: Vec<_> = items.into_iter().map(|item| Err(Panicked { item })).collect();
        while let Some((place, value)) = results.recv().await {
            slots[place] = Ok(value);
        }
        Ok(slots)
    }

    pub async fn stop(&self) {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.workers.close();
        self.workers.wait().await;
    }
}
