//! What an item costs where workers live across batches, and where tasks are spawned for each batch.
//!
//! A timer of the machine's clock waits a millisecond at least, beside which no design costs anything. So this is
//! measured on a paused clock, where waiting takes no time and what is left is the processor's share. A paused clock has
//! one thread.

use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use measure::processor_time;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use task::Pool;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use workbook::Work;

const WORKERS: usize = 4;
const MILLISECOND: Duration = Duration::from_millis(1);
/// What everything is compared with.
const YOURS: &str = "run_batch";

/// Measures.
pub(crate) fn main() {
    let mut bench = measure::Bench::start();
    let (items, within) = if bench.full() { (200_000, 60) } else { (50_000, 7) };
    for size in [10, 1000] {
        let run = Batches { items, size };
        let both =
            move |how: &dyn Fn(Batches, Duration) -> f64| [MILLISECOND, Duration::ZERO].map(|time| how(run, time));
        bench
            .table(&format!("Processor time an item in batches of {size}, one thread, paused clock"))
            .column("waits", "µs")
            .column("ready", "µs")
            .rounds(15)
            .within(Duration::from_secs(within))
            .alternative(YOURS, move || both(&pooled))
            .alternative("4 tasks a batch", move || both(&|run, time| run.cost(time, four_tasks)))
            .alternative("a task an item", move || both(&|run, time| run.cost(time, task_an_item)))
            .alternative("no task", move || both(&|run, time| run.cost(time, no_task)))
            .alternative("the work alone", move || both(&|run, time| run.cost(time, bare)))
            .against(YOURS)
            .measure();
    }
    bench.note(
        "An item waits 1 ms of the paused clock, which is a timer and a wake-up, or is ready at once. The ratio is of those \
         that wait: less is better. Batches come one after the other, and all work on four items at once. The work alone \
         is four loops in the caller's task: what the probe costs, which remembers each run.",
    );
    bench.note(
        "Not shown: with several callers at the same time, only the pool still works on four items. Only the pool catches a \
         panic, drops what a caller no longer waits for, and can be stopped.",
    );
}

/// So many items, in batches.
#[derive(Clone, Copy)]
struct Batches {
    items: usize,
    size: usize,
}

impl Batches {
    /// What an item costs the processor, in microseconds, if `batch` works on a batch.
    fn cost(self, time: Duration, batch: impl AsyncFn(Vec<u64>, Work) -> Vec<u64>) -> f64 {
        let work = Work::taking(time);
        paused(async {
            let mut batches = self.batches();
            let began = processor_time();
            for items in batches.drain(..) {
                check(batch(items, work.clone()).await);
            }
            self.each(began)
        })
    }

    fn batches(self) -> Vec<Vec<u64>> {
        (0..self.items / self.size).map(|_| (0..self.size as u64).collect()).collect()
    }

    fn each(self, began: Duration) -> f64 {
        (processor_time() - began).as_secs_f64() * 1e6 / self.items as f64
    }
}

fn paused<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(future)
}

fn check(results: Vec<u64>) {
    let size = results.len() as u64;
    assert_eq!(results.into_iter().sum::<u64>(), size * (size - 1), "each item's double");
}

/// One pool for all batches; it is made and stopped outside of what is measured.
fn pooled(run: Batches, time: Duration) -> f64 {
    paused(async {
        let pool = Pool::new(Work::taking(time));
        let mut batches = run.batches();
        let began = processor_time();
        for items in batches.drain(..) {
            let results = pool.run_batch(items).await.expect("the pool runs");
            check(results.into_iter().map(|result| result.expect("the work does not panic")).collect());
        }
        let cost = run.each(began);
        pool.stop().await;
        cost
    })
}

async fn double(item: u64, work: &Work) -> u64 {
    work.run(item).await;
    item * 2
}

/// The pool's workers, for one batch: each takes the next item until none is left.
async fn four_tasks(items: Vec<u64>, work: Work) -> Vec<u64> {
    let mut results = vec![0; items.len()];
    let shared = Arc::new((items, AtomicUsize::new(0)));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (shared, work) = (shared.clone(), work.clone());
        workers.spawn(async move {
            let mut own = Vec::new();
            loop {
                let place = shared.1.fetch_add(1, Relaxed);
                let Some(item) = shared.0.get(place) else { return own };
                own.push((place, double(*item, &work).await));
            }
        });
    }
    while let Some(own) = workers.join_next().await {
        for (place, result) in own.expect("the work does not panic") {
            results[place] = result;
        }
    }
    results
}

/// A task for each item, four in the set.
async fn task_an_item(items: Vec<u64>, work: Work) -> Vec<u64> {
    let mut results = vec![0; items.len()];
    let mut running = JoinSet::new();
    let mut items = items.into_iter().enumerate();
    loop {
        for (place, item) in items.by_ref().take(WORKERS - running.len()) {
            let work = work.clone();
            running.spawn(async move { (place, double(item, &work).await) });
        }
        let Some(ended) = running.join_next().await else { return results };
        let (place, result) = ended.expect("the work does not panic");
        results[place] = result;
    }
}

/// Four futures in the caller's task.
async fn no_task(items: Vec<u64>, work: Work) -> Vec<u64> {
    let mut results = vec![0; items.len()];
    let work = &work;
    let one = |(place, item)| async move { (place, double(item, work).await) };
    let mut ended = stream::iter(items.into_iter().enumerate()).map(one).buffer_unordered(WORKERS);
    while let Some((place, result)) = ended.next().await {
        results[place] = result;
    }
    results
}

/// The same work, four at a time, and nothing else.
async fn bare(items: Vec<u64>, work: Work) -> Vec<u64> {
    let (items, work) = (&items, &work);
    let quarters = (0..WORKERS).map(|first| async move {
        let mut own = Vec::new();
        for item in items.iter().skip(first).step_by(WORKERS) {
            own.push(double(*item, work).await);
        }
        own
    });
    join_all(quarters).await.concat()
}
