//! An unordered fan-out: eight workers around one shared input, one output. The work only waits, so the width follows
//! what the work's downstream can bear, not the number of cores.
//!
//! - **Ordering**: none. A result leaves when its work is done; numbers are begun in the order of the input.
//! - **Errors**: a panic in the work ends its worker and loses the number in its hand. The other workers go on,
//!   so the width shrinks by one; the output ends early only if all eight have panicked.
//! - **Cancellation**: a worker learns that the output is dropped at its next send. What it loses is the number
//!   in its hand. While it waits for a number on a quiet input, it does not learn it: then the next number or
//!   the end of the input wakes it.
//! - **Backpressure**: a worker whose result finds no room parks in `send` and takes nothing meanwhile. At most
//!   [`CAPACITY`] results wait and [`WORKERS`] more are in hand. Eight slots are one for each worker: eight that
//!   end at the same moment can all go on before the reader has run; more would only hide a slow reader for longer.
//! - **Shutdown**: each worker returns at the end of the input and drops its sender; the last one to do so ends
//!   the output. Nobody has to count them.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// How many numbers are worked on at once, at most.
pub const WORKERS: usize = 8;

/// How many results wait in the output, at most.
pub const CAPACITY: usize = 8;

// ANCHOR: fan_out
/// Works on each number, [`WORKERS`] at a time, and sends its double; ends when `input` does.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        tokio::spawn(worker(input.clone(), work.clone(), output.clone()));
    }
    receiver // `output` itself is dropped here: only the workers keep the channel open.
}
// ANCHOR_END: fan_out

// ANCHOR: worker
async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>) {
    while let Some(number) = next(&input).await {
        work.run(number).await;
        if output.send(number * 2).await.is_err() {
            return; // The reader is gone: so is the reason to take another number.
        }
    }
}

/// Takes a number. The lock is released on return: in the head of the `while let` above it would be held
/// through the loop's body, and one worker would work at a time.
async fn next(input: &Mutex<Receiver<u64>>) -> Option<u64> {
    input.lock().await.recv().await
}
// ANCHOR_END: worker
