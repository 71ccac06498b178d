//! Caught by: continue_on_error_returns_every_result (fail), fail_fast_without_an_error_returns_every_value (fail), first_success_without_a_value_returns_every_error (fail)
//!
//! "An item says where its result belongs": the results are sorted by item. The order was that of the list.

use crate::{Answer, Failure, WORKERS};
use futures::{FutureExt, Stream, StreamExt, stream};
use std::panic::AssertUnwindSafe;
use workbook::Work;

pub(crate) fn calls<I>(items: I, work: Work, answer: Answer) -> impl Stream<Item = (usize, Result<u64, Failure>)>
where
    I: IntoIterator<Item = u64>,
{
    stream::iter(items)
        .map(move |item| {
            let work = work.clone();
            async move { (item as usize, call(item, work, answer).await) }
        })
        .buffer_unordered(WORKERS)
}

async fn call(item: u64, work: Work, answer: Answer) -> Result<u64, Failure> {
    AssertUnwindSafe(work.run(item)).catch_unwind().await.map_err(|_| Failure::Panicked(item))?;
    answer(item)
}
