//! The calls that the three modes share.

use crate::{Answer, Failure, WORKERS};
use futures::{FutureExt, Stream, StreamExt, stream};
use std::panic::AssertUnwindSafe;
use workbook::Work;

// ANCHOR: calls
/// The result of every call as it ends, with the place of its item. Dropping the stream cancels what is in flight.
pub(crate) fn calls<I>(items: I, work: Work, answer: Answer) -> impl Stream<Item = (usize, Result<u64, Failure>)>
where
    I: IntoIterator<Item = u64>,
{
    stream::iter(items.into_iter().enumerate())
        .map(move |(place, item)| {
            let work = work.clone();
            async move { (place, call(item, work, answer).await) }
        })
        .buffer_unordered(WORKERS)
}

/// One call. A panic in the work must not unwind into the task that drives the other calls.
async fn call(item: u64, work: Work, answer: Answer) -> Result<u64, Failure> {
    // Unwind-safe: after a panic, the future is dropped and nothing of it is looked at again.
    AssertUnwindSafe(work.run(item)).catch_unwind().await.map_err(|_| Failure::Panicked(item))?;
    answer(item)
}
// ANCHOR_END: calls
