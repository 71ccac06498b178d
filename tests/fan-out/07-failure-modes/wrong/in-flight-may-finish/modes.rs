//! Caught by: fail_fast_returns_the_first_error_at_once (fail), fail_fast_cancels_the_rest (fail), a_panic_is_an_error_of_its_item (fail)
//!
//! "To stop is to begin nothing new": what is in flight is waited for before the error is returned.

use crate::calls::calls;
use crate::{Answer, Failure};
use futures::StreamExt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
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
    let failed = AtomicBool::new(false);
    // No further item is taken after the first error.
    let items = items.into_iter().take_while(|_| !failed.load(Relaxed));
    let mut first = None;
    let mut values = Vec::new();
    let mut calls = pin!(calls(items, work, answer));
    while let Some((place, result)) = calls.next().await {
        match result {
            Ok(value) => values.push((place, value)),
            Err(failure) => {
                failed.store(true, Relaxed);
                first.get_or_insert(failure);
            }
        }
    }
    first.map_or_else(|| Ok(in_order(values)), Err)
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
