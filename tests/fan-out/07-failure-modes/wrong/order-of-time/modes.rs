//! Caught by: continue_on_error_returns_every_result (fail), fail_fast_without_an_error_returns_every_value (fail), first_success_without_a_value_returns_every_error (fail)
//!
//! "A result goes onto the list when it is there": calls end in another order than that of the items.

use crate::calls::calls;
use crate::{Answer, Failure};
use futures::{StreamExt, TryStreamExt};
use std::pin::pin;
use workbook::Work;

pub async fn continue_on_error<I>(items: I, work: Work, answer: Answer) -> Vec<Result<u64, Failure>>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    results(calls(items, work, answer).collect().await)
}

pub async fn fail_fast<I>(items: I, work: Work, answer: Answer) -> Result<Vec<u64>, Failure>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let values = calls(items, work, answer).map(|(place, result)| result.map(|value| (place, value)));
    values.try_collect().await.map(results)
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
    Err(results(failures))
}

fn results<T>(ended: Vec<(usize, T)>) -> Vec<T> {
    ended.into_iter().map(|(_, result)| result).collect()
}
