//! Caught by: a_dropped_batch_frees_the_workers (fail), stop_finishes_what_was_accepted (fail), a_dropped_pool_leaves_no_task (leak)
//!
//! "Begun is begun": an item is finished, and a queued one begun, although its caller is gone.

use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};
use workbook::Work;

#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) place: usize,
    pub(crate) item: u64,
    pub(crate) done: mpsc::Sender<(usize, u64)>,
}

pub(crate) async fn worker(jobs: Arc<Mutex<mpsc::Receiver<Job>>>, work: Work) {
    loop {
        // A statement of its own: the lock is free again before the work begins.
        let next = jobs.lock().await.recv().await;
        let Some(Job { place, item, done }) = next else { return };
        if AssertUnwindSafe(work.run(item)).catch_unwind().await.is_ok() {
            done.try_send((place, item * 2)).ok();
        }
    }
}
