//! Caught by: batches_do_not_mix (fail), batches_share_the_workers (fail), a_caller_that_is_not_polled_holds_up_nobody (fail), a_panic_is_the_result_of_its_item (fail), a_dropped_batch_frees_the_workers (fail), stop_finishes_what_was_accepted (fail), a_dropped_pool_leaves_no_task (leak)
//!
//! "A batch of ten takes ten results": from the one way back that all batches share, so that each takes what comes.

use crate::worker::{Answer, Job, worker};
use crate::{Panicked, Stopped, WORKERS};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use tokio::sync::{Mutex, mpsc};
use tokio_util::task::TaskTracker;
use workbook::Work;

const QUEUE: usize = WORKERS;

#[derive(Debug)]
pub struct Pool {
    queue: StdMutex<Option<mpsc::Sender<Job>>>,
    results: Mutex<mpsc::Receiver<Answer>>,
    workers: TaskTracker,
}

impl Pool {
    pub fn new(work: Work) -> Pool {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (done, results) = mpsc::channel(1000);
        let jobs = Arc::new(Mutex::new(jobs));
        let workers = TaskTracker::new();
        for _ in 0..WORKERS {
            workers.spawn(worker(jobs.clone(), work.clone(), done.clone()));
        }
        workers.close();
        Pool { queue: StdMutex::new(Some(queue)), results: Mutex::new(results), workers }
    }

    pub async fn run_batch(&self, items: Vec<u64>) -> Result<Vec<Result<u64, Panicked>>, Stopped> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(queue) = queue else { return Err(Stopped { items }) };
        let count = items.len();
        for (place, item) in items.into_iter().enumerate() {
            if queue.send(Job { place, item }).await.is_err() {
                break;
            }
        }
        drop(queue);
        let mut all = Vec::with_capacity(count);
        while all.len() < count {
            let Some(answer) = self.results.lock().await.recv().await else { break };
            all.push(answer);
        }
        all.sort_unstable_by_key(|(place, _)| *place);
        Ok(all.into_iter().map(|(_, result)| result).collect())
    }

    pub async fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.workers.wait().await;
    }
}
