//! Caught by: a_panic_is_the_result_of_its_item (fail)
//!
//! "A panic is a bug, and a bug ends the task": each panic costs the pool a worker, and the fourth the last.

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
        tokio::select! {
            biased; // A caller that is gone already gets nothing begun.
            () = done.closed() => {}
            () = work.run(item) => {
                done.try_send((place, item * 2)).ok();
            }
        }
    }
}
