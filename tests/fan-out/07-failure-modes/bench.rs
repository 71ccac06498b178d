//! What a call costs where one task drives eight calls, and where each call is a task.
//!
//! A timer of the machine's clock waits a millisecond at least, beside which no design costs anything. So this is
//! measured on a paused clock, where waiting takes no time and what is left is the processor's share. A paused clock has
//! one thread.

use futures::future::join_all;
use futures::stream::{self, StreamExt, TryStreamExt};
use measure::processor_time;
use std::ops::Range;
use std::time::Duration;
use task::{Failure, fail_fast};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use workbook::Work;

const WORKERS: usize = 8;
const MILLISECOND: Duration = Duration::from_millis(1);
/// What everything is compared with.
const YOURS: &str = "fail_fast";

/// Measures.
pub(crate) fn main() {
    let mut bench = measure::Bench::start();
    let (items, within) = if bench.full() { (200_000, 100) } else { (50_000, 12) };
    let both = move |how: &dyn Fn(Duration) -> f64| [MILLISECOND, Duration::ZERO].map(how);
    let table = bench
        .table("Processor time a call where all succeed, one thread, paused clock")
        .column("waits", "µs")
        .column("ready", "µs")
        .rounds(21)
        .within(Duration::from_secs(within))
        .alternative(YOURS, move || {
            both(&|time| cost(items, time, async |items, work| fail_fast(items, work, answer).await))
        })
        .alternative("try_buffer_unordered", move || both(&|time| cost(items, time, streamed)))
        .alternative("JoinSet", move || both(&|time| cost(items, time, join_set)))
        .alternative("the work alone", move || both(&|time| cost(items, time, bare)))
        .against(YOURS)
        .measure();
    let alone = table.ratio("the work alone").expect("it was measured");
    bench.note(format!(
        "A call waits 1 ms of the paused clock, which is a timer and a wake-up, or is ready at once. The ratio is of those \
         that wait: less is better. The work alone is eight loops in one task: what the probe costs, \
         which remembers each run, is here {:.0} % of what `{YOURS}` costs. In \
         `try_buffer_unordered` a panic unwinds through all eight calls; in the `JoinSet` it stays in its task, and \
         `fail_fast` makes it a value.",
        alone.median * 100.0
    ));
}

/// What a call costs the processor, in microseconds.
fn cost<R>(items: u64, time: Duration, run: R) -> f64
where
    R: AsyncFnOnce(Range<u64>, Work) -> Result<Vec<u64>, Failure>,
{
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let work = Work::taking(time);
    runtime.block_on(async {
        let began = processor_time();
        let values = run(0..items, work).await.expect("no call fails");
        assert_eq!(values.into_iter().sum::<u64>(), items * (items - 1), "each item's value");
        (processor_time() - began).as_secs_f64() * 1e6 / items as f64
    })
}

fn answer(item: u64) -> Result<u64, Failure> {
    Ok(item * 2)
}

async fn call(item: u64, work: &Work) -> Result<u64, Failure> {
    work.run(item).await;
    answer(item)
}

/// Eight futures in the caller's task.
async fn streamed(items: Range<u64>, work: Work) -> Result<Vec<u64>, Failure> {
    let work = &work;
    let calls = stream::iter(items).map(|item| Ok(async move { Ok((item, call(item, work).await?)) }));
    Ok(in_order(calls.try_buffer_unordered(WORKERS).try_collect().await?))
}

/// A task for each call, eight in the set. Its drop aborts the others.
async fn join_set(mut items: Range<u64>, work: Work) -> Result<Vec<u64>, Failure> {
    let mut running = JoinSet::new();
    let mut values = Vec::new();
    loop {
        for item in items.by_ref().take(WORKERS - running.len()) {
            let work = work.clone();
            running.spawn(async move { Ok((item, call(item, &work).await?)) });
        }
        let Some(ended) = running.join_next().await else { return Ok(in_order(values)) };
        values.push(ended.expect("the work does not panic")?);
    }
}

fn in_order(mut values: Vec<(u64, u64)>) -> Vec<u64> {
    values.sort_unstable_by_key(|(item, _)| *item);
    values.into_iter().map(|(_, value)| value).collect()
}

/// The same work, eight at a time, and nothing else.
async fn bare(items: Range<u64>, work: Work) -> Result<Vec<u64>, Failure> {
    let work = &work;
    let eighths = (0..WORKERS).map(|first| {
        let items = items.clone().skip(first).step_by(WORKERS);
        async move {
            let mut own = Vec::new();
            for item in items {
                own.push(call(item, work).await?);
            }
            Ok(own)
        }
    });
    let eighths: Result<Vec<_>, Failure> = join_all(eighths).await.into_iter().collect();
    Ok(eighths?.concat())
}
