//! # Unordered fan-out
//!
//! Make the doubler of the serial pipeline wider: eight workers that share one input.
//!
//! - [`fan_out`] works on each number (`work.run(number).await`, 1 ms in most tests) and sends its double into
//!   a channel of [`CAPACITY`]. Up to [`WORKERS`] numbers are worked on at once.
//! - Any design will do: workers around one receiver, a dispatcher, a stream. `futures` and `tokio-stream` are
//!   among the dependencies.
//!
//! What must hold:
//!
//! - Results: the double of every number, each once, in any order; then the output ends, and no task is left.
//! - Width: never more than 8 numbers are in flight, and 8 are whenever so many wait. A thousand numbers of
//!   1 ms take 125 ms.
//! - No waiting for each other: whoever is free takes the next number. When every eighth number takes 8 ms and
//!   the others 1 ms, a thousand take at most 239 ms. While one number takes 10 s, the other 999 are done in 143 ms.
//! - Streaming: a result leaves as soon as it is there, though no other number may follow.
//! - Backpressure: when nobody reads, the workers park. At most 25 numbers are taken from the input and not
//!   read: 8 in the output, 8 in the workers' hands, and 9 more that a design may hold on the way, such as one
//!   for each worker and one in the hand of a dispatcher or forwarder.
//! - Parking: what waits for a number or for room is not polled meanwhile.
//! - Shutdown: when the output is dropped, at most 9 more numbers are begun (those on the way), and 2 ms later
//!   nothing is left running. Where every result waits for room, everything ends at once. A worker that waits
//!   for a number on a quiet input may wait until it comes or the input ends.
//! - Errors: a panic in the work loses that number alone; the worker may be lost with it. After one panic, the results
//!   of all others arrive, and the output ends.
//! - Clock: all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share.
//!   Tasks do the work.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// How many numbers are worked on at once, at most.
pub const WORKERS: usize = 8;

/// How many results wait in the output, at most.
pub const CAPACITY: usize = 8;

/// Works on each number, [`WORKERS`] at a time, and sends its double; ends when `input` does.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    todo!("spawn WORKERS tasks that share the input and send the doubles into one channel of CAPACITY")
}
