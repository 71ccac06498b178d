//! A worker that looks at a token between two items.

use crate::Panicked;
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use workbook::Work;

#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) place: usize,
    pub(crate) item: u64,
    pub(crate) done: mpsc::Sender<(usize, Result<u64, Panicked>)>,
}

pub(crate) async fn worker(jobs: Arc<Mutex<mpsc::Receiver<Job>>>, work: Work, stopping: CancellationToken) {
    while let Some(Some(job)) = stopping.run_until_cancelled(async { jobs.lock().await.recv().await }).await {
        let Job { place, item, done } = job;
        tokio::select! {
            biased;
            () = done.closed() => {}
            ended = AssertUnwindSafe(work.run(item)).catch_unwind() => {
                done.try_send((place, ended.map(|()| item * 2).map_err(|_| Panicked { item }))).ok();
            }
        }
    }
}
