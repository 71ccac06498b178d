//! Caught by: the_stages_run_at_the_widths_asked (bound), the_narrowest_stage_sets_the_pace (fail),
//! a_reader_that_stops_holds_back_the_pages (bound), the_program_runs_at_the_widths_asked (fail)
//!
//! "A channel of 8 means 8 at a time": the channels are as wide as asked, and each page has a task of its own.

use crate::Config;
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
        while let Some(page) = input.recv().await {
            if output.is_closed() {
                return;
            }
            let (work, output) = (work.clone(), output.clone());
            tokio::spawn(async move {
                work.run(page).await;
                output.send(page).await.ok();
            });
        }
    });
    receiver
}
