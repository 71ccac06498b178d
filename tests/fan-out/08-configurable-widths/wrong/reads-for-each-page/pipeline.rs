//! Caught by: the_stages_run_at_the_widths_asked (bound), the_narrowest_stage_sets_the_pace (fail),
//! a_reader_that_stops_holds_back_the_pages (bound)
//!
//! "Then the widths can be changed while it runs": the environment is read again for each page. What the caller set
//! goes unheard, and no process can change the environment of another.

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
    let fetched = stage(producer(pages), config.fetch, |config| config.fetch, stages.fetch);
    let parsed = stage(fetched, config.parse, |config| config.parse, stages.parse);
    stage(parsed, config.write, |config| config.write, stages.write)
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

fn stage(
    mut input: Receiver<u64>,
    capacity: NonZeroUsize,
    width: fn(Config) -> NonZeroUsize,
    work: Work,
) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(capacity.get());
    tokio::spawn(async move {
        let mut running = JoinSet::new();
        while let Some(page) = input.recv().await {
            let now = Config::from_env().map_or(capacity, width);
            while running.len() >= now.get() {
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
