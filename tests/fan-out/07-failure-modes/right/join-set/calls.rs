//! Right: a task for each call in a `JoinSet` of at most eight, which knows by the task's id whose panic it was.

use crate::{Answer, Failure, WORKERS};
use futures::{Stream, stream};
use std::collections::HashMap;
use tokio::task::{Id, JoinSet};
use workbook::Work;

struct Calls<I> {
    items: std::iter::Enumerate<I>,
    work: Work,
    answer: Answer,
    running: JoinSet<Result<u64, Failure>>,
    of_task: HashMap<Id, (usize, u64)>,
}

impl<I: Iterator<Item = u64>> Calls<I> {
    async fn next(&mut self) -> Option<(usize, Result<u64, Failure>)> {
        while self.running.len() < WORKERS {
            let Some((place, item)) = self.items.next() else { break };
            let (work, answer) = (self.work.clone(), self.answer);
            let task = self.running.spawn(async move {
                work.run(item).await;
                answer(item)
            });
            self.of_task.insert(task.id(), (place, item));
        }
        let (id, result) = match self.running.join_next_with_id().await? {
            Ok((id, result)) => (id, Some(result)),
            Err(error) => (error.id(), None),
        };
        let (place, item) = self.of_task.remove(&id)?;
        Some((place, result.unwrap_or(Err(Failure::Panicked(item)))))
    }
}

pub(crate) fn calls<I>(items: I, work: Work, answer: Answer) -> impl Stream<Item = (usize, Result<u64, Failure>)>
where
    I: IntoIterator<Item = u64>,
{
    let items = items.into_iter().enumerate();
    let calls = Calls { items, work, answer, running: JoinSet::new(), of_task: HashMap::new() };
    stream::unfold(calls, async |mut calls| Some((calls.next().await?, calls)))
}
