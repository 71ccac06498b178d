//! The whole pipeline as one stream: `buffer_unordered` three times, over a task for each page and stage. Its stages have
//! no channels between them.

use crate::Config;
use futures::{Stream, StreamExt};
use std::num::NonZeroUsize;
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

#[derive(Clone, Debug)]
pub struct Stages {
    pub fetch: Work,
    pub parse: Work,
    pub write: Work,
}

pub fn pipeline<I>(pages: I, config: Config, stages: Stages) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(1);
    let fetched = stage(tokio_stream::iter(pages), config.fetch, stages.fetch);
    let parsed = stage(fetched, config.parse, stages.parse);
    let mut written = Box::pin(stage(parsed, config.write, stages.write));
    tokio::spawn(async move {
        while let Some(page) = written.next().await {
            if output.send(page).await.is_err() {
                return;
            }
        }
    });
    receiver
}

fn stage(input: impl Stream<Item = u64>, width: NonZeroUsize, work: Work) -> impl Stream<Item = u64> {
    input
        .map(move |page| {
            let work = work.clone();
            tokio::spawn(async move {
                work.run(page).await;
                page
            })
        })
        .buffer_unordered(width.get())
        .filter_map(async |page| page.ok())
}
