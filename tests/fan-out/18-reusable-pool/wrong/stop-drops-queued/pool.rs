//! Caught by: stop_finishes_what_was_accepted (fail)
//!
//! "Stop means stop": the workers end with the item in their hands, and what is queued is lost without a word.

use crate::worker::{Job, worker};
use crate::{Panicked, Stopped, WORKERS};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use workbook::Work;

const QUEUE: usize = WORKERS;

#[derive(Debug)]
pub struct Pool {
    queue: mpsc::Sender<Job>,
    workers: TaskTracker,
    stopping: CancellationToken,
}

impl Pool {
    pub fn new(work: Work) -> Pool {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let stopping = CancellationToken::new();
        let workers = TaskTracker::new();
        for _ in 0..WORKERS {
            workers.spawn(worker(jobs.clone(), work.clone(), stopping.clone()));
        }
        workers.close();
        Pool { queue, workers, stopping }
    }

    pub async fn run_batch(&self, items: Vec<u64>) -> Result<Vec<Result<u64, Panicked>>, Stopped> {
        if self.stopping.is_cancelled() {
            return Err(Stopped { items });
        }
        let (done, mut answers) = mpsc::channel(items.len().max(1));
        for (place, item) in items.into_iter().enumerate() {
            if self.queue.send(Job { place, item, done: done.clone() }).await.is_err() {
                break;
            }
        }
        drop(done);
        let mut all = Vec::new();
        while let Some(answer) = answers.recv().await {
            all.push(answer);
        }
        all.sort_unstable_by_key(|(place, _)| *place);
        Ok(all.into_iter().map(|(_, result)| result).collect())
    }

    pub async fn stop(&self) {
        self.stopping.cancel();
        self.workers.wait().await;
    }
}
