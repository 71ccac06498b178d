//! Caught by: eight_calls_at_a_time_in_each_mode (fail), fail_fast_returns_the_first_error_at_once (fail), fail_fast_cancels_the_rest (fail), a_panic_is_an_error_of_its_item (fail)
//!
//! "`?` on each handle returns the first error": the handles are awaited in the order of the items, and an early item
//! that takes long hides the error of a later one.

use crate::calls::calls;
use crate::{Answer, Failure, WORKERS};
use futures::{StreamExt, TryStreamExt, stream};
use std::pin::pin;
use tokio_util::task::AbortOnDropHandle;
use workbook::Work;

pub async fn continue_on_error<I>(items: I, work: Work, answer: Answer) -> Vec<Result<u64, Failure>>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    in_order(calls(items, work, answer).collect().await)
}

pub async fn fail_fast<I>(items: I, work: Work, answer: Answer) -> Result<Vec<u64>, Failure>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let permits = std::sync::Arc::new(tokio::sync::Semaphore::new(WORKERS));
    let handles = stream::iter(items).then(|item| {
        let (permits, work) = (permits.clone(), work.clone());
        async move {
            let permit = permits.acquire_owned().await;
            let call = AbortOnDropHandle::new(tokio::spawn(async move {
                let _permit = permit;
                work.run(item).await;
                answer(item)
            }));
            async move { call.await.unwrap_or(Err(Failure::Panicked(item))) }
        }
    });
    handles.buffered(WORKERS).try_collect().await
}

pub async fn first_success<I>(items: I, work: Work, answer: Answer) -> Result<u64, Vec<Failure>>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let mut calls = pin!(calls(items, work, answer));
    let mut failures = Vec::new();
    while let Some((place, result)) = calls.next().await {
        match result {
            Ok(value) => return Ok(value),
            Err(failure) => failures.push((place, failure)),
        }
    }
    Err(in_order(failures))
}

fn in_order<T>(mut results: Vec<(usize, T)>) -> Vec<T> {
    results.sort_unstable_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}
