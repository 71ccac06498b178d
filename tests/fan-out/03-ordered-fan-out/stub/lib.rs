//! # Ordered fan-out
//!
//! Eight workers finish in any order; the output must not. Build [`ordered_doubler`]: the doubler with
//! [`WORKERS`] workers on one input, and a [`ReorderBuffer`] behind them that gives the results back in sequence.
//! Every item carries its place in the sequence, `seq`, and costs `work.run(value).await`.
//!
//! The input's sequence numbers start at 0 and ascend. Some are missing: the input leaves numbers out, and where
//! the work on an item panics, its result never comes. A missing number is an `Err(Missing { seq })`, once, in
//! its place.
//!
//! What must hold:
//!
//! - Order: results leave in the order of `seq`, each with its own `seq` and twice its value. The output ends
//!   after the last one.
//! - Width: 8 items are in flight, never more. With 0 to 4 ms an item, at random, the whole takes at most 1.05
//!   times what 8 workers need that never wait (all the work in a row, divided by 8).
//! - Streaming: a result leaves as soon as it and all before it are there.
//! - Window: from dispatch until its result is in the output channel, a number holds one of [`WINDOW`] permits. So
//!   while number 0 takes 10 s, exactly 32 numbers are started, it included; at most 2 more are taken from the
//!   input, in the hands of your tasks.
//! - Backpressure: while nobody reads, and while number 0 keeps all others waiting, every task parks and nothing is
//!   polled. While nobody reads, at most 38 more numbers are taken than results read: 32 in the window,
//!   [`OUTPUT_CAPACITY`] in the output channel, 2 in hands.
//! - Gaps: a number that was left out is reported as soon as a higher one has been taken from the input and the
//!   results before it are out, without waiting for the end of the input. Gaps may be longer than the window.
//! - Panics: each costs its own number and nothing else, no worker and no permit. With a hundred of them among a
//!   thousand items the rest comes out, and the 1.05 still holds.
//! - Cancellation: when the output is dropped, work in flight is cancelled, no further item is started, and
//!   within 2 ms no task is left.
//! - Clock: all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share.
//!   Tasks do the work.
//!
//! The buffer is `src/reorder.rs`. It is also put through every interleaving of its threads by loom, which sees
//! only the locks of `workbook::sync`: use no others in that file. A semaphore for the window belongs here.

mod reorder;

pub use reorder::{Missing, ReorderBuffer};

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// How many numbers are worked on at once.
pub const WORKERS: usize = 8;

/// How many numbers may be under way, from dispatch to emission.
pub const WINDOW: usize = 32;

/// How many results wait for the reader, at most.
pub const OUTPUT_CAPACITY: usize = 4;

/// A value and its place in the sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tagged<T> {
    /// The place, from 0.
    pub seq: u64,
    /// The value.
    pub value: T,
}

/// Works on each value, eight at a time, and sends its double, in sequence.
///
/// The sequence numbers of `input` ascend; those that it leaves out are reported. The output ends when `input`
/// does.
pub fn ordered_doubler(input: Receiver<Tagged<u64>>, work: Work) -> Receiver<Result<Tagged<u64>, Missing>> {
    let _ = (input, work);
    todo!("dispatch to eight workers under a window of 32, let them insert, and emit what the buffer gives")
}
