//! A pipeline of three stages, four workers each, that ends at once when its consumer is gone or its token cancelled.
//!
//! - **Ordering**: none. A number leaves a stage when its work is done.
//! - **Errors**: a panic in the work ends the worker that met it; its number does not come out, and the others go on.
//!   A stage whose last worker is gone is gone for both neighbours: the one behind it sees its input end, the one
//!   before it that nobody reads.
//! - **Cancellation**: two signals, both raced against the whole of each worker. The token reaches every worker
//!   directly. A dropped output travels backwards, stage by stage: a stage whose workers are all gone has dropped the
//!   input that they shared, and that is the dropped output of the stage before it. No timer is involved, so all of
//!   it happens at one instant. What was taken and has not come out is lost; results in the output stay readable
//!   after a cancel. The pipeline only listens to the token: whether to cancel it is the caller's decision.
//! - **Backpressure**: a full channel parks the workers before it. Each channel holds four, one a worker: enough that
//!   none waits for a neighbour's wake-up, and little to lose at a cancel.
//! - **Shutdown**: a worker returns when its input is closed and empty, and the last one of a stage closes the channel
//!   behind it. So the end of the input travels forwards as the end of interest travels backwards.

use std::future::Future;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_util::sync::CancellationToken;
use workbook::Work;

/// How many numbers a stage works on at a time.
pub const WORKERS: usize = 4;

/// How many numbers wait behind a stage, at most.
pub const CAPACITY: usize = 4;

// ANCHOR: pipeline
/// Takes each number through the three stages, in any order. Ends when `input` does, at once when the output is
/// dropped, and at once when the token is cancelled.
pub fn pipeline(input: Receiver<u64>, stages: [Work; 3], token: CancellationToken) -> Receiver<u64> {
    stages.into_iter().fold(input, |input, work| stage(input, work, &token))
}

fn stage(input: Receiver<u64>, work: Work, token: &CancellationToken) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let worker = worker(input.clone(), work.clone(), output.clone());
        tokio::spawn(while_wanted(worker, output.clone(), token.clone()));
    }
    receiver
}
// ANCHOR_END: pipeline

// ANCHOR: while_wanted
/// Runs `worker` to its end, or drops it where it waits as soon as the token is cancelled or nobody can receive what
/// it would send.
///
/// `biased` asks both signals first at every wake-up: once the worker is not wanted, nothing new begins.
async fn while_wanted(worker: impl Future<Output = ()>, output: Sender<u64>, token: CancellationToken) {
    tokio::select! {
        biased;
        () = token.cancelled() => {}
        () = output.closed() => {}
        () = worker => {}
    }
}
// ANCHOR_END: while_wanted

// ANCHOR: worker
async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>) {
    loop {
        // A statement of its own: the lock is free again before the work begins.
        let next = input.lock().await.recv().await;
        let Some(number) = next else { return };
        work.run(number).await;
        if output.send(number).await.is_err() {
            return;
        }
    }
}
// ANCHOR_END: worker
