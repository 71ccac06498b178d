//! What to make of an error: three ways to read the same stream of results.

use crate::calls::calls;
use crate::{Answer, Failure};
use futures::{StreamExt, TryStreamExt};
use std::pin::pin;
use workbook::Work;

// ANCHOR: continue_on_error
/// Calls every item and returns every result, in the order of the items.
///
/// # Cancel safety
///
/// Dropping the future cancels the calls in flight and drops every result.
pub async fn continue_on_error<I>(items: I, work: Work, answer: Answer) -> Vec<Result<u64, Failure>>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    in_order(calls(items, work, answer).collect().await)
}
// ANCHOR_END: continue_on_error

// ANCHOR: fail_fast
/// Returns every value, in the order of the items; or at once the first error, and cancels the rest.
///
/// # Errors
///
/// The error of the call that fails first. The values that were there already are dropped.
///
/// # Cancel safety
///
/// Dropping the future cancels the calls in flight and drops every value.
pub async fn fail_fast<I>(items: I, work: Work, answer: Answer) -> Result<Vec<u64>, Failure>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let values = calls(items, work, answer).map(|(place, result)| result.map(|value| (place, value)));
    values.try_collect().await.map(in_order)
}
// ANCHOR_END: fail_fast

// ANCHOR: first_success
/// Returns at once the first value, and cancels the rest.
///
/// # Errors
///
/// If there is no value: the error of every item, in the order of the items.
///
/// # Cancel safety
///
/// Dropping the future cancels the calls in flight and drops every error.
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
// ANCHOR_END: first_success

/// What came in the order of time, in the order of the items.
fn in_order<T>(mut results: Vec<(usize, T)>) -> Vec<T> {
    results.sort_unstable_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}
