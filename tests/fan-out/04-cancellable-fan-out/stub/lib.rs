//! # Cancellable fan-out
//!
//! Build `producer → fan_out`: eight workers on one shared input, which a [`CancellationToken`] stops at once,
//! wherever they wait.
//!
//! - [`producer`] sends the numbers that it is given, which may have no end, into a channel of
//!   [`PRODUCER_CAPACITY`].
//! - [`fan_out`] works on [`WORKERS`] numbers at a time (`work.run(number).await`) and sends each one's double, in
//!   any order, into a channel of [`OUTPUT_CAPACITY`].
//!
//! What must hold:
//!
//! - Without a cancel, every number's double comes out once, and the output ends. A thousand numbers of 1 ms
//!   take 125 ms: eight are in flight, and never more.
//! - Backpressure: when nobody reads, every task parks, and at most 34 numbers are taken: 8 in each of the two
//!   channels, one in the hand of each worker, and up to 10 more on the way, however you hand them over.
//! - Cancellation: 5 ms after the token is cancelled, no task of either stage is left. This holds while an item
//!   has 10 s to go, while senders wait on a full channel whose receiver is kept, and while workers wait on an
//!   open input that brings nothing. A stage that is used alone obeys its token too.
//! - After a cancel the output ends. Results that were in it can still be read; an item whose work was cut off
//!   has no result. No work begins, and at most one more number is taken from the source; none, if the producer
//!   waits for room on a full channel.
//! - A token that is cancelled before the start: no work begins, at most one number is taken, the output ends.
//! - The token is the caller's: no stage cancels it, not at its end, not when the output is dropped, not when an
//!   item panics. To cancel it twice, or after the end, changes nothing.
//! - Shutdown: when the output is dropped, no task is left 5 ms later, with items of 1 ms and a source without an
//!   end. A worker that waits for a number on a quiet, open input may wait on, until one comes or the token is
//!   cancelled.
//! - Errors: an item whose work panics has no result, every other item has at most one, the output ends, and no
//!   task is left, even if every item panics.
//! - Clock: all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share.
//!   Tasks do the work.

use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;
use workbook::Work;

/// How many items are worked on at a time.
pub const WORKERS: usize = 8;

/// How many numbers wait for a worker, at most.
pub const PRODUCER_CAPACITY: usize = 8;

/// How many results wait to be read, at most.
pub const OUTPUT_CAPACITY: usize = 8;

/// Sends the numbers, in order, until there are none, the receiver is dropped or the token is cancelled.
pub fn producer<I>(numbers: I, token: CancellationToken) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let _ = (numbers, token);
    todo!("spawn a task that sends the numbers into a channel of PRODUCER_CAPACITY and that a cancel stops at once")
}

/// Works on [`WORKERS`] numbers at a time and sends each one's double, in any order. Ends when `input` does, when
/// the output is dropped, or at once when the token is cancelled.
pub fn fan_out(input: Receiver<u64>, work: Work, token: CancellationToken) -> Receiver<u64> {
    let _ = (input, work, token);
    todo!("spawn the workers: each receives, runs the work and sends the double, and a cancel stops it at once")
}
