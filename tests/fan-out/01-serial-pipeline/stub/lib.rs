//! # Serial pipeline
//!
//! Build `producer → doubler → printer`: three stages, joined by bounded channels, that run side by side.
//!
//! - [`producer`] sends the numbers that it is given into a channel of [`PRODUCER_CAPACITY`].
//! - [`doubler`] works on each number (`work.run(number).await`, 1 ms in the tests), one at a time, and sends
//!   its double into a channel of [`DOUBLER_CAPACITY`].
//! - [`printer`] writes each number on a line of its own and says how many it wrote.
//!
//! What must hold:
//!
//! - Order: results come in the order of the numbers; a thousand take one second of work.
//! - Streaming: a result leaves as soon as it is there, not when all are.
//! - Backpressure: when nobody reads, the stages park. No more numbers are taken than fit: 4 and 4 in the two
//!   channels, and one in the hand of each stage.
//! - Shutdown: the output ends after the last number. When a stage's receiver is dropped, the stage stops:
//!   at most one more number is taken, and within 2 ms nothing is left running.
//! - Errors: an error of the writer ends the printer, which returns it. A panic in the work ends the output.
//! - Clock: all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share.
//!   Tasks do the work.

use std::io;
use tokio::io::AsyncWrite;
use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// How many numbers wait between producer and doubler, at most.
pub const PRODUCER_CAPACITY: usize = 4;

/// How many numbers wait between doubler and printer, at most.
pub const DOUBLER_CAPACITY: usize = 4;

/// Sends the numbers, in order, and ends after the last one.
pub fn producer<I>(numbers: I) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let _ = numbers;
    todo!("spawn a task that sends the numbers into a channel of PRODUCER_CAPACITY, and return its receiver")
}

/// Works on each number, one at a time, and sends its double; ends when `input` does.
pub fn doubler(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    todo!("spawn a task that receives, runs the work and sends the double into a channel of DOUBLER_CAPACITY")
}

/// Writes each number on a line of its own, flushes, and returns how many lines it wrote.
///
/// # Errors
///
/// The first error of `output`, at which the printer stops.
pub async fn printer<W>(input: Receiver<u64>, output: W) -> io::Result<u64>
where
    W: AsyncWrite + Unpin,
{
    let _ = (input, output);
    todo!("write a line for each number that arrives")
}
