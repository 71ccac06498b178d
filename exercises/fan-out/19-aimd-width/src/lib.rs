//! # AIMD width
//!
//! Build a fan-out that finds its own width: one more each second while the work is quick enough, half as many when it
//! is not. This is AIMD, additive increase and multiplicative decrease, with which TCP shares a line.
//!
//! - [`fan_out`] works on each number (`work.run(number).await`) and sends its double, in any order, into a channel of
//!   [`OUTPUT_CAPACITY`]. It returns the channel and a gauge: the width, as it changes.
//! - A number is **at work** while its `work.run` has begun and not ended. One that waits for room in the output is not
//!   at work, but keeps its place in the width.
//! - The **width** is how many numbers may be at work or wait for room. It begins at `limits.start` and may change at
//!   the end of each [`INTERVAL`] since the call.
//! - The **latency** of a number is the time that `work.run` took by Tokio's `Instant`, without any waiting before or
//!   after it. It belongs to the interval in which the work ended. No test decides to which one it does when the work
//!   ends at the very instant at which an interval does. Work that panics has none.
//!
//! At the end of an interval, the first of these that applies decides:
//!
//! 1. No latency belongs to the interval: the width stays.
//! 2. The median of its latencies is above `limits.target`: the width is halved, rounded down, but not below
//!    `limits.min`. The median of n latencies is the one at index n / 2 when they are sorted, counted from 0.
//! 3. At some moment of the interval as many numbers as the width were at work, be it those that it began with: the
//!    width grows by one, but not above `limits.max`. A number that has panicked is no longer at work.
//! 4. Otherwise the width stays: it was not what held the work back.
//!
//! It is judged with a simulated downstream, which serves `C` calls at a time in 180 ms each and slows down in proportion
//! when there are more: a call that begins as the n-th at work takes 180 ms × max(1, n / C). The target is 186 ms, so
//! `C` at work are quick enough and `C + 1` are too many, for each `C` up to 20.
//!
//! What must hold:
//!
//! - Results: the double of every number, each once; then the output ends, and no task is left. No change of the width
//!   interrupts work that has begun.
//! - The gate: a number begins only while fewer than the width are at work, after a decrease too. While numbers wait
//!   and somebody reads, as many are at work as the gauge says.
//! - The rule, exactly: with C = 10 and a start of 4, the width is 4, 5, 6, 7, 8, 9, 10, 11, 5, 6 … in the middle of
//!   the first ten seconds; with a start of 32, it is 32, 16, 8, 9, 10, 11, 5 ….
//! - Convergence: 10 s after the start, and after each change of C, the width is within C / 2 and C + 1 and stays
//!   there. This holds for a start of 1 and of 32, and for C = 7, 10, 20 and 6.
//! - Spike: when all calls take twice as long from the beginning of an interval on, the width is halved at its
//!   end, and at the end of each further one, down to `min`. It grows again when the spike is over.
//! - Noise: the same convergence with C = 10, when calls take 100 ms, each up to 4 ms more or less, and every twentieth
//!   600 ms more. The target is 104 ms then.
//! - Bounds: the width is never above `max` nor below `min`, however long the latencies are good or bad.
//! - No news is no good news: the width stays while no number comes, while fewer are at work than it allows, and while
//!   none ends. A reader that is slow or stops changes no latency, so it never lowers the width.
//! - Backpressure: a number counts against the width until its double is in the output. When nobody reads, with a start
//!   of 4, at most 24 numbers are taken: 8 in the output, as many as the width, which is 5 after the first second, and
//!   up to 11 more. Within an interval nothing that waits is polled.
//! - Shutdown: 5 ms after the output is dropped no task is left, though numbers of 10 s are at work, or the input is
//!   open and quiet.
//! - Errors: a number whose work panics has no result and costs nothing else: all others have theirs, and as many as
//!   the width are at work, as before.
//! - Clock: all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share.
//!   Tasks do the work.

use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;
use workbook::Work;

/// How often the width is looked at.
pub const INTERVAL: Duration = Duration::from_secs(1);

/// How many results wait to be read, at most.
pub const OUTPUT_CAPACITY: usize = 8;

/// What the width may be, and what it is adjusted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The least width, at least 1.
    pub min: usize,
    /// The greatest width.
    pub max: usize,
    /// The first width, from `min` to `max`.
    pub start: usize,
    /// The median latency up to which the width grows.
    pub target: Duration,
}

/// Works on each number, as many at a time as the width allows, and sends its double; ends when `input` does, and at
/// once when the output is dropped. The second value is the width as it changes.
///
/// # Panics
///
/// Unless 1 ≤ `min` ≤ `start` ≤ `max`.
pub fn fan_out(input: Receiver<u64>, work: Work, limits: Limits) -> (Receiver<u64>, watch::Receiver<usize>) {
    let _ = (input, work, limits);
    todo!(
        "spawn a task that starts numbers while fewer than the width are at work, and adjusts the width each INTERVAL"
    )
}
