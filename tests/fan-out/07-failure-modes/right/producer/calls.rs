//! Right: a producer that fills a channel of eight, and a dispatcher that takes a permit for each call; a token in a drop
//! guard stops all of them.

use crate::{Answer, Failure, WORKERS};
use futures::{FutureExt, Stream, stream};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub(crate) fn calls<I>(items: I, work: Work, answer: Answer) -> impl Stream<Item = (usize, Result<u64, Failure>)>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let token = CancellationToken::new();
    let items = items.into_iter().enumerate();
    let (sender, mut input) = mpsc::channel(WORKERS);
    tokio::spawn(token.clone().run_until_cancelled_owned(async move {
        for item in items {
            if sender.send(item).await.is_err() {
                return;
            }
        }
    }));
    let (results, receiver) = mpsc::channel(WORKERS);
    let child = token.clone();
    tokio::spawn(token.clone().run_until_cancelled_owned(async move {
        let permits = Arc::new(Semaphore::new(WORKERS));
        while let Some((place, item)) = input.recv().await {
            let Ok(permit) = permits.clone().acquire_owned().await else { return };
            let (work, results) = (work.clone(), results.clone());
            tokio::spawn(child.clone().run_until_cancelled_owned(async move {
                let _permit = permit;
                let run = AssertUnwindSafe(work.run(item)).catch_unwind().await;
                let result = if run.is_ok() { answer(item) } else { Err(Failure::Panicked(item)) };
                results.send((place, result)).await.ok();
            }));
        }
    }));
    stream::unfold((token.drop_guard(), receiver), async |(guard, mut receiver)| {
        let next = receiver.recv().await?;
        Some((next, (guard, receiver)))
    })
}
