//! Counters of the workers of a fan-out: one for each, so that none waits for another, and padded, so that none is
//! slowed down by another either.
//!
//! - **Ordering**: all atomics are relaxed. A counter publishes nothing but itself; each cell alone is exact and
//!   never falls. Items and time of one worker are two cells: a reader may see the one and not yet the other.
//! - **Errors**: none. Time is kept in nanoseconds in 64 bits, which wrap after 584 years of work.
//! - **Cancellation**: an item that is dropped in [`timed`] is not counted, nor is one that panics.
//! - **Backpressure**: none is needed. Recording never waits, for anybody.
//! - **Shutdown**: there is nothing to end; the counters are memory.
//!
//! A padded counter takes [`LINE`] bytes for 16: a kilobyte for eight workers. For a counter a request it would be a waste.

use crossbeam_utils::CachePadded;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::Instant;

/// What two cores fight for, in bytes. A line is 64 bytes on x86-64, but they are fetched in pairs; on aarch64 it may be
/// 128 itself.
pub const LINE: usize = 128;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many items.
    pub items: u64,
    /// How long they took, all together.
    pub time: Duration,
}

// ANCHOR: counter
/// What one worker counts.
#[derive(Debug, Default)]
pub struct Counter {
    items: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Counter {
    /// Counts an item that took this long.
    pub fn record(&self, time: Duration) {
        self.items.fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(time.as_nanos() as u64, Relaxed);
    }

    /// What has been counted.
    pub fn totals(&self) -> Totals {
        Totals { items: self.items.load(Relaxed), time: Duration::from_nanos(self.nanoseconds.load(Relaxed)) }
    }
    // ANCHOR_END: counter

    /// The cell of the items.
    pub fn items(&self) -> &AtomicU64 {
        &self.items
    }

    /// The cell of the time, in nanoseconds.
    pub fn nanoseconds(&self) -> &AtomicU64 {
        &self.nanoseconds
    }
}

/// The counters of several workers, numbered from 0. A worker that does not exist is a panic.
pub trait Counters: Send + Sync + Sized + 'static {
    /// All at zero.
    fn with_workers(workers: usize) -> Self;

    /// How many workers there are.
    fn workers(&self) -> usize;

    /// Shows a worker's counter to `f`.
    ///
    /// # Panics
    ///
    /// If there is no such worker.
    fn look<R>(&self, worker: usize, f: impl FnOnce(&Counter) -> R) -> R;

    /// Counts an item of a worker.
    ///
    /// # Panics
    ///
    /// If there is no such worker.
    fn record(&self, worker: usize, time: Duration) {
        self.look(worker, |counter| counter.record(time));
    }

    /// What a worker has counted.
    ///
    /// # Panics
    ///
    /// If there is no such worker.
    fn of(&self, worker: usize) -> Totals {
        self.look(worker, Counter::totals)
    }

    /// What all have counted.
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

// ANCHOR: layouts
/// Counters side by side.
#[derive(Debug)]
pub struct Plain {
    counters: Box<[Counter]>,
}

/// Counters that share no line.
#[derive(Debug)]
pub struct Padded {
    counters: Box<[CachePadded<Counter>]>,
}
// ANCHOR_END: layouts

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
        Padded { counters: (0..workers).map(|_| CachePadded::default()).collect() }
    }

    fn workers(&self) -> usize {
        self.counters.len()
    }

    fn look<R>(&self, worker: usize, f: impl FnOnce(&Counter) -> R) -> R {
        f(&self.counters[worker])
    }
}

// ANCHOR: timed
/// Runs an item of a worker, counts it, and returns its value.
///
/// # Cancel safety
///
/// Dropping the future drops the item, which then does not count.
pub async fn timed<C: Counters, F: Future>(counters: &C, worker: usize, item: F) -> F::Output {
    let start = Instant::now();
    let value = item.await;
    counters.record(worker, start.elapsed());
    value
}
// ANCHOR_END: timed
