//! Caught by: a_panic_is_an_error_of_its_item (fail)
//!
//! "A `JoinError` is nobody's result": it is skipped, and with it the item whose work panicked.

use crate::{Answer, Failure, WORKERS};
use futures::{Stream, stream};
use tokio::task::JoinSet;
use workbook::Work;

pub(crate) fn calls<I>(items: I, work: Work, answer: Answer) -> impl Stream<Item = (usize, Result<u64, Failure>)>
where
    I: IntoIterator<Item = u64>,
{
    let items = items.into_iter().enumerate();
    stream::unfold((items, JoinSet::new()), move |(mut items, mut running)| {
        let work = work.clone();
        async move {
            loop {
                while running.len() < WORKERS {
                    let Some((place, item)) = items.next() else { break };
                    let work = work.clone();
                    running.spawn(async move {
                        work.run(item).await;
                        (place, answer(item))
                    });
                }
                if let Ok(ended) = running.join_next().await? {
                    return Some((ended, (items, running)));
                }
            }
        }
    })
}
