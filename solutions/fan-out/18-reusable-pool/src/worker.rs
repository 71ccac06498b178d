//! One of the pool's tasks.

use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};
use workbook::Work;

/// An item on its way to a worker, and the way back.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) place: usize,
    pub(crate) item: u64,
    /// To the batch that the item is of. Its receiver is gone when the caller is.
    pub(crate) done: mpsc::Sender<(usize, u64)>,
}

// ANCHOR: worker
/// Takes jobs until the queue is closed and empty.
pub(crate) async fn worker(jobs: Arc<Mutex<mpsc::Receiver<Job>>>, work: Work) {
    loop {
        // A statement of its own: the lock is free again before the work begins.
        let next = jobs.lock().await.recv().await;
        let Some(Job { place, item, done }) = next else { return };
        tokio::select! {
            biased; // A caller that is gone already gets nothing begun.
            () = done.closed() => {}
            // Unwind-safe: after a panic, the run is dropped and nothing of it is looked at again.
            ended = AssertUnwindSafe(work.run(item)).catch_unwind() => {
                if ended.is_ok() {
                    done.try_send((place, item * 2)).ok(); // There is room, or nobody to read it.
                }
            }
        }
    }
}
// ANCHOR_END: worker
