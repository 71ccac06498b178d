//! What the runtime's histograms show of one task that computes between two awaits.
//!
//! Clock: the machine's. Two workers. The seed changes nothing.
//!
//! Sixteen tasks wait for 1 ms, 300 times each. Beside them, one task waits for 5 ms and then computes for 20 ms, 20
//! times.

use crate::Options;
use crate::print::{table, thousands};
use std::io::{self, Write};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, HistogramConfiguration, Runtime, RuntimeMetrics};
use tokio::task::JoinSet;
use tokio::time::sleep;

#[derive(Clone, Copy)]
enum Beside {
    Nothing,
    Computes,
    SpawnsBlocking,
}

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<Vec<String>> = [
        ("the sixteen alone", Beside::Nothing),
        ("one computes", Beside::Computes),
        ("in spawn_blocking", Beside::SpawnsBlocking),
    ]
    .into_iter()
    .map(|(name, beside)| {
        let runtime = runtime();
        let sleeps = runtime.block_on(tasks(beside));
        let polls = polls(&runtime.metrics());
        [name.into()].into_iter().chain(polls.map(thousands)).chain(sleeps.map(thousands)).collect()
    })
    .collect();
    writeln!(out, "{:<17}  {:<28}  sleeps of 1 ms that took", "", "polls that took")?;
    let head = ["ms", "under 1", "1 to 10", "10 or more", "under 3", "3 to 10", "10 or more"];
    table(out, &head, &rows)
}

// ANCHOR: runtime
fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        // How long a task has a worker to itself. The last bucket is for all that is longer.
        .enable_metrics_poll_time_histogram()
        .metrics_poll_time_histogram_configuration(HistogramConfiguration::linear(Duration::from_millis(1), 11))
        .build()
        .expect("a runtime")
}
// ANCHOR_END: runtime

/// How long the sleeps of the sixteen took.
async fn tasks(beside: Beside) -> Counts {
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        tasks.spawn(async {
            let mut counts = [0; 3];
            for _ in 0..300 {
                let began = Instant::now();
                sleep(Duration::from_millis(1)).await;
                counts[class(began.elapsed(), 3)] += 1;
            }
            counts
        });
    }
    tasks.spawn(async move {
        for _ in 0..20 {
            sleep(Duration::from_millis(5)).await;
            match beside {
                Beside::Nothing => {}
                Beside::Computes => compute(),
                Beside::SpawnsBlocking => tokio::task::spawn_blocking(compute).await.expect("it does not panic"),
            }
        }
        [0; 3]
    });
    let all = tasks.join_all().await;
    all.iter().fold([0; 3], |sum, counts| [0, 1, 2].map(|class| sum[class] + counts[class]))
}

fn compute() {
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(20) {
        std::hint::spin_loop();
    }
}

/// How many are below the first bound, below 10 ms, and above.
type Counts = [u64; 3];

fn polls(metrics: &RuntimeMetrics) -> Counts {
    let mut counts = [0; 3];
    for worker in 0..metrics.num_workers() {
        for bucket in 0..metrics.poll_time_histogram_num_buckets() {
            let from = metrics.poll_time_histogram_bucket_range(bucket).start;
            counts[class(from, 1)] += metrics.poll_time_histogram_bucket_count(worker, bucket);
        }
    }
    counts
}

fn class(time: Duration, first_bound_ms: u64) -> usize {
    if time < Duration::from_millis(first_bound_ms) {
        0
    } else if time < Duration::from_millis(10) {
        1
    } else {
        2
    }
}
