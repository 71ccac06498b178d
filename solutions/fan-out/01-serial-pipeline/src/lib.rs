//! A serial pipeline: `producer → doubler → printer`, a task for each of the first two stages.
//!
//! - **Ordering**: results leave in the order of the numbers; each stage is one task and each channel is FIFO.
//! - **Errors**: the printer stops at the first error of its writer and returns it. A panic in the work ends the
//!   doubler's task; its sender goes with it, so the output ends early, and the front stops as below.
//! - **Cancellation**: dropping a stage's receiver stops it at its next send, and so on to the front. Numbers that
//!   were taken and not delivered are lost with it: at most the two capacities and one in each stage's hand.
//! - **Backpressure**: a stage whose channel is full parks in `send`. Four slots let neighbours that run at the
//!   same speed overlap their wake-ups; more would only hide a slow reader for longer.
//! - **Shutdown**: a stage returns at the end of its input and drops its sender, which ends the next one.

use std::io;
use tokio::io::{AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

/// How many numbers wait between producer and doubler, at most.
pub const PRODUCER_CAPACITY: usize = 4;

/// How many numbers wait between doubler and printer, at most.
pub const DOUBLER_CAPACITY: usize = 4;

// ANCHOR: producer
/// Sends the numbers, in order, and ends after the last one.
pub fn producer<I>(numbers: I) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(PRODUCER_CAPACITY);
    let numbers = numbers.into_iter();
    tokio::spawn(async move {
        for number in numbers {
            if output.send(number).await.is_err() {
                return; // The consumer is gone: so is the reason to take another number.
            }
        }
    });
    receiver
}
// ANCHOR_END: producer

// ANCHOR: doubler
/// Works on each number, one at a time, and sends its double; ends when `input` does.
pub fn doubler(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(DOUBLER_CAPACITY);
    tokio::spawn(async move {
        while let Some(number) = input.recv().await {
            work.run(number).await;
            if output.send(number * 2).await.is_err() {
                return;
            }
        }
    });
    receiver
}
// ANCHOR_END: doubler

// ANCHOR: printer
/// Writes each number on a line of its own, flushes, and returns how many lines it wrote.
///
/// Lines are buffered while more are waiting and flushed before the printer waits, so that a reader sees what
/// there is without a system call for each line.
///
/// # Errors
///
/// The first error of `output`, at which the printer stops.
pub async fn printer<W>(mut input: Receiver<u64>, output: W) -> io::Result<u64>
where
    W: AsyncWrite + Unpin,
{
    let mut output = BufWriter::new(output);
    let mut lines = 0;
    while let Some(number) = input.recv().await {
        output.write_all(format!("{number}\n").as_bytes()).await?;
        lines += 1;
        if input.is_empty() {
            output.flush().await?;
        }
    }
    output.flush().await?;
    Ok(lines)
}
// ANCHOR_END: printer
