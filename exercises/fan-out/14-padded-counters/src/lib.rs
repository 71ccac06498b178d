//! # Padded counters
//!
//! Each worker of a fan-out counts its items and the time that they took. Eight workers add to eight counters, and yet
//! they may slow each other down: a processor moves memory between its cores in lines, not in words, and two counters on
//! one line are one thing to fight for. Build the counters twice, side by side and padded, and measure the
//! difference with `cargo checker bench 14`.
//!
//! - [`Counter`] is one worker's: two atomics. Its fields and what hands them out are given; write what counts and what
//!   reads.
//! - [`Plain`] and [`Padded`] are the counters of several workers. Both are [`Counters`]: write how they are laid out
//!   in memory, as fields of your own, and the methods below.
//! - [`timed`] runs an item of a worker and counts it.
//! - `crossbeam-utils` is among the dependencies, and `unsafe` is not allowed.
//!
//! What must hold, for both kinds:
//!
//! - Each worker's own: what worker 3 of 8 records is in `of(3)` and nowhere else, items and time, to the nanosecond.
//!   `totals` is the sum over all workers. [`Counters::look`] hands out the very atomics that `record` adds to.
//! - Exact under contention: when four workers record 100 000 items each from threads of their own, none is missing.
//!   The same when two threads record for *one* worker, 50 000 each and more.
//! - Reading: `totals` may be asked at any time, by several readers. While workers record, neither sum ever falls.
//! - No waiting: while somebody looks at worker 0's counter, others record for workers 0 and 1 and read the totals. All
//!   that takes less than 1 s.
//! - [`Padded`]: each worker's counter begins at an address that is a multiple of [`LINE`], and no two workers' atomics
//!   lie in the same `LINE` bytes. It holds for any number of workers.
//! - [`Plain`]: the atomics of 8 workers lie within 128 bytes, packed, or there would be nothing to compare with.
//! - [`timed`]: an item counts when it is done, with the time that it took on Tokio's clock. An item that is dropped or
//!   panics does not count. Its value is returned.
//!
//! No speed is judged: that belongs to a machine. Where four cores or more fight for the line, `cargo checker bench
//! 14` should show padded counters at least 1.1 times as fast.

use std::future::Future;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

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

/// What one worker counts.
#[derive(Debug, Default)]
pub struct Counter {
    items: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Counter {
    /// Counts an item that took this long.
    pub fn record(&self, time: Duration) {
        let _ = (self, time);
        todo!("add 1 to the items and the time to the nanoseconds")
    }

    /// What has been counted.
    pub fn totals(&self) -> Totals {
        todo!("read both atomics")
    }

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
    fn look<R>(&self, worker: usize, f: impl FnOnce(&Counter) -> R) -> R;

    /// Counts an item of a worker.
    fn record(&self, worker: usize, time: Duration) {
        self.look(worker, |counter| counter.record(time));
    }

    /// What a worker has counted.
    fn of(&self, worker: usize) -> Totals {
        self.look(worker, Counter::totals)
    }

    /// What all have counted.
    fn totals(&self) -> Totals {
        todo!("add up what each worker has counted")
    }
}

/// Counters side by side.
#[derive(Debug)]
pub struct Plain {}

impl Counters for Plain {
    fn with_workers(workers: usize) -> Plain {
        let _ = workers;
        todo!("a counter for each worker, one after the other")
    }

    fn workers(&self) -> usize {
        todo!("how many counters there are")
    }

    fn look<R>(&self, worker: usize, f: impl FnOnce(&Counter) -> R) -> R {
        let _ = (worker, f);
        todo!("call f with the worker's counter")
    }
}

/// Counters that share no line.
#[derive(Debug)]
pub struct Padded {}

impl Counters for Padded {
    fn with_workers(workers: usize) -> Padded {
        let _ = workers;
        todo!("a counter for each worker, each on a line of its own")
    }

    fn workers(&self) -> usize {
        todo!("how many counters there are")
    }

    fn look<R>(&self, worker: usize, f: impl FnOnce(&Counter) -> R) -> R {
        let _ = (worker, f);
        todo!("call f with the worker's counter")
    }
}

/// Runs an item of a worker, counts it, and returns its value.
pub async fn timed<C: Counters, F: Future>(counters: &C, worker: usize, item: F) -> F::Output {
    let _ = (counters, worker, item);
    todo!("await the item, and record how long that took")
}
