//! Caught by: a_panic_is_an_error_of_its_item (leak)
//!
//! "After a panic there is nothing to cancel": a refusal and a drop go by the token that ends the other calls, and a panic
//! goes past it.

use crate::{Answer, Failure, WORKERS};
use futures::{FutureExt, Stream, stream};
use std::panic::AssertUnwindSafe;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub(crate) fn calls<I>(items: I, work: Work, answer: Answer) -> impl Stream<Item = (usize, Result<u64, Failure>)>
where
    I: IntoIterator<Item = u64>,
{
    let token = CancellationToken::new();
    let guard = token.clone().drop_guard();
    let (results, receiver) = mpsc::channel(WORKERS);
    let items = items.into_iter().enumerate();
    stream::unfold((items, receiver, guard, 0), move |(mut items, mut receiver, mut guard, mut in_flight)| {
        for (place, item) in items.by_ref().take(WORKERS - in_flight) {
            in_flight += 1;
            let (work, results) = (work.clone(), results.clone());
            tokio::spawn(token.clone().run_until_cancelled_owned(async move {
                let called = AssertUnwindSafe(work.run(item)).catch_unwind().await;
                let result = if called.is_ok() { answer(item) } else { Err(Failure::Panicked(item)) };
                results.send((place, result)).await.ok();
            }));
        }
        async move {
            if in_flight == 0 {
                return None;
            }
            let ended: (usize, Result<u64, Failure>) = receiver.recv().await?;
            if let Err(Failure::Panicked(_)) = ended.1 {
                guard.disarm();
                guard = CancellationToken::new().drop_guard();
            }
            Some((ended, (items, receiver, guard, in_flight - 1)))
        }
    })
}
