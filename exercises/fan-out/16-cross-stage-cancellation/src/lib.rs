//! # Cross-stage cancellation
//!
//! Build a pipeline of three stages that ends at once when its consumer wants no more, whichever way the consumer
//! says so.
//!
//! - [`pipeline`] takes the numbers of `input` through three stages. A stage works on a number
//!   (`work.run(number).await`, with the work of that stage) and passes it on, unchanged and in any order.
//! - Each stage works on up to [`WORKERS`] numbers at a time and sends into a channel of [`CAPACITY`]. The channel of
//!   the last stage is the output.
//! - The consumer cancels from its end: it drops the output, or it cancels the token and may then read the output
//!   to its end.
//!
//! What must hold:
//!
//! - Results: every number passes the three stages, first to last, and comes out once. Then the output ends, and no
//!   task is left.
//! - Width: four numbers are at work in each stage, and never more. A hundred numbers of 200 ms in each stage take
//!   5.4 s: 25 rounds, and 2 more on the way through the stages.
//! - Backpressure: when nobody reads, at most 39 numbers are taken from the input. For each of the three stages these
//!   are 4 in its channel, 4 in its workers' hands, and up to 5 more on the way, however you hand them over.
//! - Parking: what waits is not polled meanwhile.
//! - Dropped output: 100 ms after the output is dropped, no task of any stage is left. This holds while all twelve
//!   workers are at numbers that take 10 s, while the later stages have had no number yet, while every stage waits on
//!   an open input that brings nothing, and while every stage waits for room.
//! - Cancelled token: 100 ms after the cancel, no task of any stage is left, in the same four places, and whether the
//!   output is read or only held. The output ends; what was in it can still be read; a number whose work was cut off
//!   does not come out. No work begins after the cancel.
//! - A token that is cancelled before the start: no work begins, and the output ends.
//! - The token is the caller's: the pipeline does not cancel it, not at its end, not when the output is dropped, not
//!   when an item panics. Another pipeline under the same token goes on to its end.
//! - Errors: a number whose work panics, in any stage, does not come out; every other comes out at most once, the
//!   output ends once the input has, and no task is left. This holds even if every number panics.
//! - Clock: all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share.
//!   Tasks do the work.

use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;
use workbook::Work;

/// How many numbers a stage works on at a time.
pub const WORKERS: usize = 4;

/// How many numbers wait behind a stage, at most.
pub const CAPACITY: usize = 4;

/// Takes each number through the three stages, in any order. Ends when `input` does, at once when the output is
/// dropped, and at once when the token is cancelled.
pub fn pipeline(input: Receiver<u64>, stages: [Work; 3], token: CancellationToken) -> Receiver<u64> {
    let _ = (input, stages, token);
    todo!("join three stages of WORKERS tasks by channels of CAPACITY, and let both ends of interest reach every task")
}
