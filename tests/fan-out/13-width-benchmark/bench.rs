//! The learner's benchmark on the wall clock, and what a dip in it comes from.
//!
//! The stage is a downstream that works on 16 items at once, 5 ms each. While others wait for it, it takes 7 ms, as
//! a database does when connections fight for its locks: a width beyond 16 gives less, not the same.

use measure::{Scale, Stat, Table};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use task::{Point, Stage, WIDTHS, choose, measure as run, regressions};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::time::sleep;

const AT_ONCE: usize = 16;
const ALONE: Duration = Duration::from_millis(5);
const CROWDED: Duration = Duration::from_millis(7);
const SLO: Duration = Duration::from_millis(20);
/// What the one series is called.
const SERIES: &str = "fan-out";

#[derive(Clone)]
struct Downstream {
    slots: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Downstream {
    fn new() -> Downstream {
        Downstream { slots: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::default() }
    }
}

impl Stage for Downstream {
    async fn open(&self, _width: usize) {}

    async fn run(&self, _item: u64) {
        self.waiting.fetch_add(1, Relaxed);
        let slot = self.slots.acquire().await;
        let others = self.waiting.fetch_sub(1, Relaxed) - 1;
        sleep(if others > 0 { CROWDED } else { ALONE }).await;
        drop(slot);
    }
}

/// Measures, and explains.
pub(crate) fn main() {
    let mut bench = measure::Bench::start();
    let (cores, rounds) = (bench.cores(), if bench.full() { 15 } else { 3 });
    let runtime = &Runtime::new().expect("a runtime");
    let mut comparison = bench
        .table("A fan-out of N workers, 5 ms an item, 100 × N items")
        .column("throughput", "items/s")
        .column("p99", "ms")
        .over("N", Scale::Log2)
        .rounds(rounds)
        .without_warm_up()
        .against_x(1.0);
    for width in WIDTHS {
        comparison = comparison.point(SERIES, width as f64, move || {
            let point = runtime.block_on(run(&Downstream::new(), width));
            [point.throughput, milliseconds(point.p99)]
        });
    }
    let table = comparison.measure();
    let points: Vec<Point> = WIDTHS.iter().map(|width| point(&table, *width)).collect();
    let one = &points[0];
    bench.note(format!(
        "One worker gives {:.0} items/s where 5 ms an item would be 200: on the wall clock a timer rings at a whole \
         millisecond after its time, and the worker runs when a core is free.",
        one.throughput
    ));

    let linear: Vec<Point> = points
        .iter()
        .map(|point| Point { throughput: one.throughput * point.width.min(AT_ONCE) as f64, ..point.clone() })
        .collect();
    let dips = regressions(&points, &linear);
    for dip in &dips {
        let at = |width: usize| row(&table, width);
        let (throughput, p99) = (at(dip.width)[0], at(dip.width)[1]);
        let short = format!(
            "N = {}: {:.0} items/s, {:.0} % of the {:.0} that {} times one worker would give.",
            dip.width,
            dip.now,
            100.0 * dip.now / dip.before,
            dip.before,
            dip.width.min(AT_ONCE)
        );
        let why = if dip.width > AT_ONCE && p99.median > 1.5 * at(AT_ONCE)[1].median {
            format!(
                "p99 rose from {:.1} ms at N = {AT_ONCE} to {:.1} ms: the downstream works on {AT_ONCE} at once, the others \
                 wait, and while they do it takes 7 ms an item instead of 5. More workers make it slower.",
                at(AT_ONCE)[1].median,
                p99.median
            )
        } else if throughput.greatest >= 0.95 * dip.before {
            "Some rounds reach it: something else ran on this machine. Measure again when it is idle.".to_owned()
        } else {
            format!(
                "p99 is {:.1} ms against {:.1} ms at N = 1, and the downstream is not full: the items do not wait for it but \
                 for a core, of which this machine has {cores}, or for each other.",
                p99.median,
                at(1)[1].median
            )
        };
        bench.note(format!("{short} {why}"));
    }
    if dips.is_empty() {
        bench.note(format!("No dip: throughput grows in proportion to N up to {AT_ONCE}, and stays."));
    }
    let chosen = runtime.block_on(choose(&Downstream::new(), SLO, 32));
    bench.note(match chosen {
        Some(width) => format!("The procedure, with an SLO of 20 ms for p99, picks N = {width}."),
        None => "The procedure picks no width: p99 is longer than 20 ms at N = 1.".to_owned(),
    });
}

fn row(table: &Table, width: usize) -> &[Stat] {
    &table.at(SERIES, width as f64).expect("each width was measured").values
}

/// The median of the rounds.
fn point(table: &Table, width: usize) -> Point {
    let values = row(table, width);
    let p99 = Duration::from_secs_f64(values[1].median.max(0.0) / 1e3);
    Point { width, items: width * 100, throughput: values[0].median, p99 }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
