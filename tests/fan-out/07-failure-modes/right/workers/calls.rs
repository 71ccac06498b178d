//! Right: eight workers on one iterator behind a lock, each call in a task that is awaited for its panic, and a channel
//! back; a `JoinSet` aborts the workers, and they their calls.

use crate::{Answer, Failure, WORKERS};
use futures::{Stream, stream};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;
use workbook::Work;

pub(crate) fn calls<I>(items: I, work: Work, answer: Answer) -> impl Stream<Item = (usize, Result<u64, Failure>)>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let items = Arc::new(Mutex::new(items.into_iter().enumerate()));
    let (results, receiver) = mpsc::channel(WORKERS);
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (items, work, results) = (items.clone(), work.clone(), results.clone());
        workers.spawn(async move {
            loop {
                let next = items.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((place, item)) = next else { return };
                let work = work.clone();
                let call = AbortOnDropHandle::new(tokio::spawn(async move {
                    work.run(item).await;
                    answer(item)
                }));
                let result = call.await.unwrap_or(Err(Failure::Panicked(item)));
                if results.send((place, result)).await.is_err() {
                    return;
                }
            }
        });
    }
    stream::unfold((workers, receiver), async |(workers, mut receiver)| {
        let next = receiver.recv().await?;
        Some((next, (workers, receiver)))
    })
}
