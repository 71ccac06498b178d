//! Right: a dispatcher that takes a permit, then a number, and spawns a task for it that holds the permit until
//! its result is sent; a supervisor of its own notices the cancel and aborts them.

use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use workbook::Work;

pub const WORKERS: usize = 8;
pub const PRODUCER_CAPACITY: usize = 8;
pub const OUTPUT_CAPACITY: usize = 8;

pub fn producer<I>(numbers: I, token: CancellationToken) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(PRODUCER_CAPACITY);
    let mut numbers = numbers.into_iter();
    let task = async move {
        // Room first, then a number: nothing is in the hand while it waits.
        while let Ok(room) = output.reserve().await {
            let Some(number) = numbers.next() else { return };
            room.send(number);
        }
    };
    if !token.is_cancelled() {
        supervise(tokio::spawn(task), token);
    }
    receiver
}

pub fn fan_out(input: Receiver<u64>, work: Work, token: CancellationToken) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    if !token.is_cancelled() {
        supervise(tokio::spawn(dispatch(input, work, output, token.clone())), token);
    }
    receiver
}

async fn dispatch(mut input: Receiver<u64>, work: Work, output: Sender<u64>, token: CancellationToken) {
    let permits = Arc::new(Semaphore::new(WORKERS));
    let items = TaskTracker::new();
    while let Ok(permit) = permits.clone().acquire_owned().await {
        let next = tokio::select! {
            next = input.recv() => next,
            () = output.closed() => None,
        };
        let Some(number) = next else { break };
        let (work, output, token) = (work.clone(), output.clone(), token.child_token());
        items.spawn(async move {
            let _permit = permit;
            token
                .run_until_cancelled(async {
                    work.run(number).await;
                    // A closed output ends the dispatcher, which watches it.
                    output.send(number * 2).await.ok();
                })
                .await;
        });
    }
    items.close();
    items.wait().await;
}

/// Aborts the task at a cancel, and ends with it otherwise.
fn supervise(task: JoinHandle<()>, token: CancellationToken) {
    let abort: AbortHandle = task.abort_handle();
    tokio::spawn(async move {
        tokio::select! {
            () = token.cancelled() => abort.abort(),
            _ = task => {}
        }
    });
}
