//! Caught by: every_result_in_its_items_place (leak), four_at_a_time (leak), the_same_four_tasks_run_every_batch (leak), batches_do_not_mix (leak), batches_share_the_workers (leak), a_caller_that_is_not_polled_holds_up_nobody (leak), a_dropped_pool_leaves_no_task (leak)
//!
//! "When the pool is dropped, its workers have nothing to do": they wait for ever, at what they own themselves.

use crate::worker::worker;
use crate::{Panicked, Stopped, WORKERS};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::task::TaskTracker;
use workbook::Work;

pub(crate) type Answer = (usize, Result<u64, Panicked>);

#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) items: VecDeque<(usize, u64)>,
    pub(crate) done: mpsc::Sender<Answer>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    batches: VecDeque<Batch>,
    stopped: bool,
}

#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) items: Semaphore,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next item of the batch whose turn it is.
    pub(crate) fn next(&self) -> Option<(usize, u64, mpsc::Sender<Answer>)> {
        let mut state = self.state();
        let next = loop {
            let Some(mut batch) = state.batches.pop_front() else { break None };
            let Some((place, item)) = batch.items.pop_front() else { continue };
            if batch.done.is_closed() {
                continue;
            }
            let done = batch.done.clone();
            if !batch.items.is_empty() {
                state.batches.push_back(batch);
            }
            break Some((place, item, done));
        };
        if state.stopped && state.batches.is_empty() {
            self.items.close();
        }
        next
    }
}

#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    workers: TaskTracker,
}

impl Pool {
    pub fn new(work: Work) -> Pool {
        let shared = Arc::new(Shared { state: Mutex::default(), items: Semaphore::new(0) });
        let workers = TaskTracker::new();
        for _ in 0..WORKERS {
            workers.spawn(worker(shared.clone(), work.clone()));
        }
        workers.close();
        Pool { shared, workers }
    }

    pub async fn run_batch(&self, items: Vec<u64>) -> Result<Vec<Result<u64, Panicked>>, Stopped> {
        let (done, mut answers) = mpsc::channel(items.len().max(1));
        {
            let mut state = self.shared.state();
            if state.stopped {
                return Err(Stopped { items });
            }
            if items.is_empty() {
                return Ok(Vec::new());
            }
            self.shared.items.add_permits(items.len());
            state.batches.push_back(Batch { items: items.into_iter().enumerate().collect(), done });
        }
        let mut all = Vec::new();
        while let Some(answer) = answers.recv().await {
            all.push(answer);
        }
        all.sort_unstable_by_key(|(place, _)| *place);
        Ok(all.into_iter().map(|(_, result)| result).collect())
    }

    pub async fn stop(&self) {
        {
            let mut state = self.shared.state();
            state.stopped = true;
            state.batches.retain(|batch| !batch.done.is_closed());
            if state.batches.is_empty() {
                self.shared.items.close();
            }
        }
        self.workers.wait().await;
    }
}
