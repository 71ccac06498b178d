//! What the program runs. It is given: nothing is to be done here.

use crate::{Config, Stages, pipeline};
use std::time::Duration;
use workbook::Work;

/// Runs some pages and says how many were in flight at once in each stage, at most: `fetch=8 parse=4 write=2`.
///
/// A stage takes so long for a page that meanwhile more pages reach it than it is wide, whatever the widths. On a paused
/// clock that costs nothing.
pub async fn simulate(config: Config) -> String {
    let [fetch, parse, write] = [config.fetch, config.parse, config.write].map(|width| width.get() as u64);
    let work = |milliseconds| Work::taking(Duration::from_millis(milliseconds));
    let stages = Stages { fetch: work(1), parse: work(1 + parse), write: work((1 + parse) * (1 + write)) };
    let mut written = pipeline(1..=2 * (fetch + parse + write), config, stages.clone());
    while written.recv().await.is_some() {}
    let most = |work: &Work| work.peak().map_or(0, |peak| peak.in_flight);
    format!("fetch={} parse={} write={}", most(&stages.fetch), most(&stages.parse), most(&stages.write))
}
