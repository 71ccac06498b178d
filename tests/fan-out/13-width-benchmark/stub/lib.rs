//! # Width benchmark
//!
//! How many workers should a stage have? Build what answers it: a benchmark that runs a stage at one width after
//! another, its table and its plot, a look for regressions, and the procedure that picks a width.
//!
//! A [`Stage`] is what is measured. The tests bring theirs: items of 5 ms, a downstream that works on so many at
//! once, a slow start. This file is complete; the functions in the other four are to be written.
//!
//! - `measure.rs`: [`measure`] runs a stage at one width and returns a [`Point`], [`sweep`] at several.
//! - `procedure.rs`: [`choose`] doubles the width until it does not pay.
//! - `report.rs`: [`table`] prints points, [`regressions`] holds them against older ones.
//! - `plot.rs`: [`plot`] draws them.
//!
//! What must hold:
//!
//! - Throughput: at width N, [`ITEMS_PER_WORKER`] × N items are run, numbered from 0, each once. Throughput is
//!   items divided by the time from the first item's start to the last item's end, in items a second. It is
//!   right within 1 %: at 5 ms an item, 200 × N.
//! - Width: N items are in flight until none is left to begin, never more. Whoever is free takes the next item.
//!   A sweep measures its widths one after the other, in the order in which they are given.
//! - Set-up: [`Stage::open`] is awaited once before the first item, and no figure holds any of its time.
//! - Saturation: where the downstream works on 8 at once, throughput is 200 × N up to 8 and 1600 beyond, and at
//!   width 32 p99 is 20 ms, since an item's time is that of its whole [`Stage::run`], waiting included. Both within 1 %.
//! - p99 is the nearest rank: the shortest time that at least 99 % of the items did not exceed. Of 100 items, the
//!   99th when sorted. Right within 1 %.
//! - The procedure measures width 1, then 2, 4, 8 and so on. It stops at N when 2 × N gives less than [`GAIN`] times
//!   the throughput of N.
//! - It also stops at N when p99 at 2 × N is longer than the SLO, or 2 × N is more than `most`, which is never
//!   measured. If p99 at width 1 is longer than the SLO, no width will do. No width is measured twice, and none
//!   beyond the one that decides.
//! - Regressions: each width of the baseline that was measured again and gave less than [`TOLERANCE`] times the
//!   baseline's throughput, with both figures, in ascending order of the width. The two lists may hold different
//!   widths in different orders.
//! - Table: a heading, then a line for each point with three figures between blanks: the width, the throughput
//!   in whole items a second, p99 in milliseconds with one decimal. All lines are equally long.
//! - Plot: an XML document whose root is `svg`, with a `viewBox`, and a `title` inside. One `circle` a point and no
//!   others, each with its centre inside the `viewBox`: `cx` grows in proportion to log2 of the width, `cy` falls in
//!   proportion to throughput, both within 1 % of what they span, without a `transform`. Each width stands in a `text`
//!   of its own, and `items/s` in another. One point is drawn too.
//! - Nothing is left behind: when a measurement is dropped, no further item begins and no task is left. When an item
//!   panics, the same holds, and its panic reaches the caller as it is (`std::panic::resume_unwind` hands on
//!   a panic that a task ended with): no point is made of such a run.
//! - Clock: all of this is judged on virtual time, so time is `tokio::time::Instant`'s.
//!
//! `cargo checker bench 13` runs your benchmark on the wall clock.

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
