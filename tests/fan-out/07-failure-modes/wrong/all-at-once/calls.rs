//! Caught by: fail_fast_cancels_the_rest (bound), first_success_cancels_the_rest (bound), dropped_in_the_middle_nothing_is_left (bound)
//!
//! "A semaphore limits the calls": it does, but a future for each item is made at the start, before any limit.

use crate::{Answer, Failure, WORKERS};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, Stream};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::Semaphore;
use workbook::Work;

pub(crate) fn calls<I>(items: I, work: Work, answer: Answer) -> impl Stream<Item = (usize, Result<u64, Failure>)>
where
    I: IntoIterator<Item = u64>,
{
    let permits = Arc::new(Semaphore::new(WORKERS));
    let call = move |(place, item)| {
        let (work, permits) = (work.clone(), permits.clone());
        async move {
            let _permit = permits.acquire().await;
            let run = AssertUnwindSafe(work.run(item)).catch_unwind().await;
            (place, if run.is_ok() { answer(item) } else { Err(Failure::Panicked(item)) })
        }
    };
    items.into_iter().enumerate().map(call).collect::<FuturesUnordered<_>>()
}
