//! Caught by: a_caller_that_is_not_polled_holds_up_nobody (fail)
//!
//! "The caller reads while it feeds, so a small way back is enough": a caller that is not polled holds the workers.

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
        let (done, mut results) = mpsc::channel(1);
        let feeding = items.clone();
        let feed = async move {
            for (place, item) in feeding.into_iter().enumerate() {
                if queue.send(Job { place, item, done: done.clone() }).await.is_err() {
                    break;
                }
            }
            drop((queue, done));
        };
        let collect = async {
            let mut slots: Vec<_> = items.iter().map(|item| Err(Panicked { item: *item })).collect();
            while let Some((place, value)) = results.recv().await {
                slots[place] = Ok(value);
            }
            slots
        };
        let ((), slots) = tokio::join!(feed, collect);
        Ok(slots)
    }

    pub async fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.workers.wait().await;
    }
}
