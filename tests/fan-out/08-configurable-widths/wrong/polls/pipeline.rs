//! Caught by: a_reader_that_stops_holds_back_the_pages (spin)
//!
//! "Full means try again in a moment": a loop around `try_send` instead of a task that parks.

use crate::Config;
use futures::FutureExt;
use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

#[derive(Clone, Debug)]
pub struct Stages {
    pub fetch: Work,
    pub parse: Work,
    pub write: Work,
}

pub fn pipeline<I>(pages: I, config: Config, stages: Stages) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let fetched = stage(producer(pages), config.fetch, stages.fetch);
    let parsed = stage(fetched, config.parse, stages.parse);
    stage(parsed, config.write, stages.write)
}

fn producer<I>(pages: I) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(1);
    let pages = pages.into_iter();
    tokio::spawn(async move {
        for page in pages {
            if output.send(page).await.is_err() {
                return;
            }
        }
    });
    receiver
}

fn stage(input: Receiver<u64>, width: NonZeroUsize, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(width.get());
    let input = Arc::new(Mutex::new(input));
    for _ in 0..width.get() {
        tokio::spawn(worker(input.clone(), work.clone(), output.clone()));
    }
    receiver
}

async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>) {
    while let Some(page) = next(&input).await {
        let done = AssertUnwindSafe(work.run(page)).catch_unwind().await;
        let mut room = done.is_err();
        while !room {
            match output.try_send(page) {
                Ok(()) => room = true,
                Err(TrySendError::Full(_)) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(TrySendError::Closed(_)) => return,
            }
        }
    }
}

async fn next(input: &Mutex<Receiver<u64>>) -> Option<u64> {
    input.lock().await.recv().await
}
