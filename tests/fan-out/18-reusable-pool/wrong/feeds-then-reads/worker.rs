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
        tokio::select! {
            biased; // A caller that is gone already gets nothing begun.
            () = done.closed() => {}
            // Unwind-safe: after a panic, the run is dropped and nothing of it is looked at again.
            ended = AssertUnwindSafe(work.run(item)).catch_unwind() => {
                if ended.is_ok() {
                    done.send((place, item * 2)).await.ok();
                }
            }
        }
    }
}
