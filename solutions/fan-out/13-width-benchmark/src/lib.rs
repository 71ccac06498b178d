//! A width benchmark: a stage at one width after another, and what to make of the figures.
//!
//! It is a closed loop: each worker takes the next item when its last one is done. So it answers what a stage can do
//! at a width, not how long a request waits that arrives on its own time.
//!
//! - **Ordering**: items are begun in order. Widths are measured one after the other, for two at once would share
//!   the downstream.
//! - **Errors**: a panic in an item ends the measurement with that panic. A figure that leaves out the items that
//!   failed would look fast.
//! - **Cancellation**: dropping the future aborts the workers, which are the only tasks. What was measured is lost.
//! - **Backpressure**: at most `width` items are in flight. Nothing queues in the benchmark: what waits, waits
//!   inside the stage and counts as its time. The times of all items are kept, 16 bytes each: 51 KB at width 32.
//! - **Shutdown**: a measurement ends when its workers have ended.

mod measure;
mod plot;
mod procedure;
mod report;

pub use measure::{measure, sweep};
pub use plot::plot;
pub use procedure::choose;
pub use report::{regressions, table};

use std::future::Future;
use std::time::Duration;

/// What a sweep usually covers.
pub const WIDTHS: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// A measurement at width N runs this many items times N, so that each worker has as many at every width.
pub const ITEMS_PER_WORKER: usize = 100;

/// Doubling the width must multiply throughput by this at least.
pub const GAIN: f64 = 1.2;

/// What is below this part of the baseline is a regression.
pub const TOLERANCE: f64 = 0.95;

/// What is measured. Clones are the same stage.
pub trait Stage: Clone + Send + Sync + 'static {
    /// Makes the stage ready for `width` workers: connections, caches. Takes its time.
    fn open(&self, width: usize) -> impl Future<Output = ()> + Send;

    /// Works on one item.
    fn run(&self, item: u64) -> impl Future<Output = ()> + Send;
}

/// What came of one width.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// How many items were in flight.
    pub width: usize,
    /// How many were run.
    pub items: usize,
    /// Items a second.
    pub throughput: f64,
    /// 99 % of the items took no longer.
    pub p99: Duration,
}

/// A width that gives less than it did.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    /// The width.
    pub width: usize,
    /// The baseline's throughput, in items a second.
    pub before: f64,
    /// The throughput now.
    pub now: f64,
}
