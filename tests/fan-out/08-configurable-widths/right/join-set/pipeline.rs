//! A dispatcher in each stage, with a page in its hand, that fills a `JoinSet` up to the width.

use crate::Config;
use std::num::NonZeroUsize;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
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
    let fetched = stage(producer(pages), config.fetch, stages.fetch);
    let parsed = stage(fetched, config.parse, stages.parse);
    stage(parsed, config.write, stages.write)
}

fn producer<I>(pages: I) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(1);
    let pages = pages.into_iter();
    tokio::spawn(async move {
        for page in pages {
            if output.send(page).await.is_err() {
                return;
            }
        }
    });
    receiver
}

fn stage(mut input: Receiver<u64>, width: NonZeroUsize, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(width.get());
    tokio::spawn(async move {
        let mut running = JoinSet::new();
        while let Some(page) = input.recv().await {
            while running.len() >= width.get() {
                running.join_next().await;
            }
            if output.is_closed() {
                return;
            }
            let (work, output) = (work.clone(), output.clone());
            running.spawn(async move {
                work.run(page).await;
                output.send(page).await.ok();
            });
        }
        while running.join_next().await.is_some() {}
    });
    receiver
}
