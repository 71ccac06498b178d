//! Caught by: eight_calls_at_a_time_in_each_mode (fail), first_success_returns_the_first_value_at_once (fail), first_success_cancels_the_rest (fail), first_success_without_a_value_returns_every_error (fail), a_panic_is_an_error_of_its_item (fail)
//!
//! "Whoever comes first has won": the first result is returned, be it an error.

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
    in_order(calls(items, work, answer).collect().await)
}

pub async fn fail_fast<I>(items: I, work: Work, answer: Answer) -> Result<Vec<u64>, Failure>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let values = calls(items, work, answer).map(|(place, result)| result.map(|value| (place, value)));
    values.try_collect().await.map(in_order)
}

pub async fn first_success<I>(items: I, work: Work, answer: Answer) -> Result<u64, Vec<Failure>>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let mut calls = pin!(calls(items, work, answer));
    while let Some((_, result)) = calls.next().await {
        match result {
            Ok(value) => return Ok(value),
            Err(failure) => return Err(vec![failure]),
        }
    }
    Err(Vec::new())
}

fn in_order<T>(mut results: Vec<(usize, T)>) -> Vec<T> {
    results.sort_unstable_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}
