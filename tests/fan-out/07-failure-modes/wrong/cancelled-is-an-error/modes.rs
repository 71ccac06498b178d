//! Caught by: fail_fast_returns_the_first_error_at_once (fail), fail_fast_cancels_the_rest (fail), a_panic_is_an_error_of_its_item (fail)
//!
//! "Whoever has no value has failed": the calls that are aborted because of the first error are taken for errors too, and
//! the last of them is returned.

use crate::calls::calls;
use crate::{Answer, Failure, WORKERS};
use futures::StreamExt;
use std::collections::HashMap;
use std::pin::pin;
use tokio::task::JoinSet;
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
    let mut items = items.into_iter().enumerate();
    let mut running = JoinSet::new();
    let mut of_task = HashMap::new();
    let mut values = Vec::new();
    let mut error = None;
    loop {
        while error.is_none() && running.len() < WORKERS {
            let Some((place, item)) = items.next() else { break };
            let work = work.clone();
            let task = running.spawn(async move {
                work.run(item).await;
                answer(item)
            });
            of_task.insert(task.id(), (place, item));
        }
        let Some(joined) = running.join_next_with_id().await else { break };
        let (id, result) = joined.map_or_else(|error| (error.id(), None), |(id, result)| (id, Some(result)));
        let (place, item) = of_task[&id];
        match result.unwrap_or(Err(Failure::Panicked(item))) {
            Ok(value) => values.push((place, value)),
            Err(failure) => {
                error = Some(failure);
                running.abort_all();
            }
        }
    }
    error.map_or_else(|| Ok(in_order(values)), Err)
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
