//! A worker with one way back for all batches.

use crate::Panicked;
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};
use workbook::Work;

pub(crate) type Answer = (usize, Result<u64, Panicked>);

#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) place: usize,
    pub(crate) item: u64,
}

pub(crate) async fn worker(jobs: Arc<Mutex<mpsc::Receiver<Job>>>, work: Work, done: mpsc::Sender<Answer>) {
    loop {
        let next = jobs.lock().await.recv().await;
        let Some(Job { place, item }) = next else { return };
        let ended = AssertUnwindSafe(work.run(item)).catch_unwind().await;
        let answer = (place, ended.map(|()| item * 2).map_err(|_| Panicked { item }));
        if done.send(answer).await.is_err() {
            return;
        }
    }
}
