//! The three stages.

use crate::Config;
use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// The work of each stage.
#[derive(Clone, Debug)]
pub struct Stages {
    /// What takes a page from the network.
    pub fetch: Work,
    /// What makes something of it.
    pub parse: Work,
    /// What stores it.
    pub write: Work,
}

/// Fetches, parses and writes each page, and sends it on when it is written, in any order; ends after the last.
pub fn pipeline<I>(pages: I, config: Config, stages: Stages) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let _ = (pages, config, stages);
    todo!("one stage three times, each with its own width, joined by bounded channels")
}
