//! Caught by: fail_fast_returns_the_first_error_at_once (leak), fail_fast_cancels_the_rest (leak), first_success_returns_the_first_value_at_once (leak), first_success_cancels_the_rest (leak), a_panic_is_an_error_of_its_item (leak), dropped_in_the_middle_nothing_is_left (leak)
//!
//! "When the function has returned, its tasks are over": a task that is spawned belongs to the runtime, and runs on.

use crate::{Answer, Failure, WORKERS};
use futures::{Stream, StreamExt, stream};
use workbook::Work;

pub(crate) fn calls<I>(items: I, work: Work, answer: Answer) -> impl Stream<Item = (usize, Result<u64, Failure>)>
where
    I: IntoIterator<Item = u64>,
{
    stream::iter(items.into_iter().enumerate())
        .map(move |(place, item)| {
            let work = work.clone();
            let call = tokio::spawn(async move {
                work.run(item).await;
                answer(item)
            });
            async move { (place, call.await.unwrap_or(Err(Failure::Panicked(item)))) }
        })
        .buffer_unordered(WORKERS)
}
