//! Each padded counter is an allocation of its own, which a worker can be handed, and the reader keeps a list of them.

use crossbeam_utils::CachePadded;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::Instant;

pub const LINE: usize = 128;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub items: u64,
    pub time: Duration,
}

#[derive(Debug, Default)]
pub struct Counter {
    items: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Counter {
    pub fn record(&self, time: Duration) {
        self.items.fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(time.as_nanos() as u64, Relaxed);
    }

    pub fn totals(&self) -> Totals {
        Totals { items: self.items.load(Relaxed), time: Duration::from_nanos(self.nanoseconds.load(Relaxed)) }
    }

    pub fn items(&self) -> &AtomicU64 {
        &self.items
    }

    pub fn nanoseconds(&self) -> &AtomicU64 {
        &self.nanoseconds
    }
}

pub trait Counters: Send + Sync + Sized + 'static {
    fn with_workers(workers: usize) -> Self;

    fn workers(&self) -> usize;

    fn look<R>(&self, worker: usize, f: impl FnOnce(&Counter) -> R) -> R;

    fn record(&self, worker: usize, time: Duration) {
        self.look(worker, |counter| counter.record(time));
    }

    fn of(&self, worker: usize) -> Totals {
        self.look(worker, Counter::totals)
    }

    fn totals(&self) -> Totals {
        let mut sum = Totals::default();
        for worker in 0..self.workers() {
            let Totals { items, time } = self.of(worker);
            sum.items += items;
            sum.time += time;
        }
        sum
    }
}

#[derive(Debug)]
pub struct Plain {
    counters: Box<[Counter]>,
}

#[derive(Debug)]
pub struct Padded {
    counters: Vec<Arc<CachePadded<Counter>>>,
}

impl Counters for Plain {
    fn with_workers(workers: usize) -> Plain {
        Plain { counters: (0..workers).map(|_| Counter::default()).collect() }
    }

    fn workers(&self) -> usize {
        self.counters.len()
    }

    fn look<R>(&self, worker: usize, f: impl FnOnce(&Counter) -> R) -> R {
        f(&self.counters[worker])
    }
}

impl Counters for Padded {
    fn with_workers(workers: usize) -> Padded {
        Padded { counters: (0..workers).map(|_| Arc::default()).collect() }
    }

    fn workers(&self) -> usize {
        self.counters.len()
    }

    fn look<R>(&self, worker: usize, f: impl FnOnce(&Counter) -> R) -> R {
        f(&self.counters[worker])
    }
}

pub async fn timed<C: Counters, F: Future>(counters: &C, worker: usize, item: F) -> F::Output {
    let start = Instant::now();
    let value = item.await;
    counters.record(worker, start.elapsed());
    value
}
