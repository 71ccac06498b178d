//! Caught by: eight_calls_at_a_time_in_each_mode (bound), fail_fast_cancels_the_rest (bound), first_success_cancels_the_rest (bound), a_panic_is_an_error_of_its_item (bound), dropped_in_the_middle_nothing_is_left (bound)
//!
//! "A call only waits, so it costs nothing": the calls of all items are in flight at once.

use crate::{Answer, Failure};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, Stream};
use std::panic::AssertUnwindSafe;
use workbook::Work;

pub(crate) fn calls<I>(items: I, work: Work, answer: Answer) -> impl Stream<Item = (usize, Result<u64, Failure>)>
where
    I: IntoIterator<Item = u64>,
{
    let call = move |(place, item)| {
        let work = work.clone();
        async move {
            let run = AssertUnwindSafe(work.run(item)).catch_unwind().await;
            (place, if run.is_ok() { answer(item) } else { Err(Failure::Panicked(item)) })
        }
    };
    items.into_iter().enumerate().map(call).collect::<FuturesUnordered<_>>()
}
