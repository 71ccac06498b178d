//! A fan-out that a token stops at once: a producer, and eight workers on one shared input.
//!
//! - **Ordering**: none. A result leaves when its item is done.
//! - **Errors**: a panic in the work ends the worker that met it; its item has no result, and the others go on.
//!   When the last worker is gone, the producer's channel closes and the output ends.
//! - **Cancellation**: every task is one future that is raced against the token, so the cancel reaches it
//!   wherever it waits: for input, at work, or for room. Dropping the future drops the item in its hand, which is
//!   lost, finished or not; numbers that wait for a worker are lost too. Results that are in the output stay.
//!   The stages only listen to the token. Whether to cancel is the caller's decision.
//! - **Backpressure**: a full output parks the workers, and a full input the producer. Each channel holds eight,
//!   one a worker: enough that none waits for a neighbour's wake-up, and little to lose at a cancel.
//! - **Shutdown**: a worker returns when the input is closed and empty, or at its next send once the output is
//!   dropped. The last worker closes the output behind it and the input before it.

use std::future::Future;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
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
    let (output, receiver) = mpsc::channel(PRODUCER_CAPACITY);
    let numbers = numbers.into_iter();
    tokio::spawn(until_cancelled(token, async move {
        for number in numbers {
            if output.send(number).await.is_err() {
                return;
            }
        }
    }));
    receiver
}

// ANCHOR: fan_out
/// Works on [`WORKERS`] numbers at a time and sends each one's double, in any order. Ends when `input` does, when
/// the output is dropped, or at once when the token is cancelled.
pub fn fan_out(input: Receiver<u64>, work: Work, token: CancellationToken) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let worker = worker(input.clone(), work.clone(), output.clone());
        tokio::spawn(until_cancelled(token.clone(), worker));
    }
    receiver
}
// ANCHOR_END: fan_out

// ANCHOR: worker
async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>) {
    loop {
        // A statement of its own: the lock is free again before the work begins.
        let next = input.lock().await.recv().await;
        let Some(number) = next else { return };
        work.run(number).await;
        if output.send(number * 2).await.is_err() {
            return;
        }
    }
}
// ANCHOR_END: worker

// ANCHOR: until_cancelled
/// Runs `task` to its end, or drops it where it waits as soon as the token is cancelled.
///
/// `biased` asks the token first at every wake-up: once it is cancelled, the task is not polled again, so
/// nothing new begins. (`CancellationToken::run_until_cancelled` asks the task first.)
async fn until_cancelled(token: CancellationToken, task: impl Future<Output = ()>) {
    tokio::select! {
        biased;
        () = token.cancelled() => {}
        () = task => {}
    }
}
// ANCHOR_END: until_cancelled
