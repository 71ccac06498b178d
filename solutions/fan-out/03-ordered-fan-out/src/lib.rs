//! An ordered fan-out: eight workers on one input, and a reorder buffer behind them.
//!
//! - **Ordering**: results leave in sequence. Workers take the next number that is free, so they finish in any
//!   order; the [`ReorderBuffer`] holds a result back until all before it are out.
//! - **Errors**: a number that the input leaves out, or whose work panics, is [`Missing`], reported in its place.
//!   A panic is caught around one item: uncaught it would also cost a worker, and eight of them the pipeline.
//! - **Cancellation**: dropping the output drops the one task that owns everything, and with it the `JoinSet` of
//!   the workers: work in flight is cancelled, and what was taken and not delivered is lost.
//! - **Backpressure**: a permit of the window is held from before a number is taken until its result is in the
//!   output channel, so the buffer never holds more than [`WINDOW`], however slow the first item is. Missing
//!   numbers hold a permit too.
//! - **Shutdown**: the end of the input ends the dispatcher, the closed job queue ends the workers, and when the
//!   last of them is gone the buffer is closed, which ends the emitter and the output.
//!
//! Sizes: with work of 0 to 4 ms, seven workers finish about 14 items while the eighth is at a slow one; a window
//! of four items a worker hardly ever makes them wait, and one of 8 would cost 60 %. The job queue holds one number, so
//! that the next worker to be free need not wait for the dispatcher. Four slots at the output let the reader and
//! the emitter overlap.

mod reorder;

pub use reorder::{Missing, ReorderBuffer};

use futures::FutureExt;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;
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
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        tokio::select! {
            () = run(input, work, &output) => {}
            () = output.closed() => {} // The reader is gone. `run` is dropped here, and aborts its workers.
        }
    });
    receiver
}

// ANCHOR: run
async fn run(input: Receiver<Tagged<u64>>, work: Work, output: &Sender<Result<Tagged<u64>, Missing>>) {
    let window = Semaphore::new(WINDOW);
    let buffer = Arc::new(ReorderBuffer::new());
    let (jobs, queue) = mpsc::channel(1);
    let queue = Arc::new(Mutex::new(queue));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(worker(queue.clone(), work.clone(), buffer.clone()));
    }
    drop(queue);
    let fill = async {
        dispatch(input, &window, jobs, &buffer).await;
        while workers.join_next().await.is_some() {}
        buffer.close();
    };
    tokio::join!(fill, emit(&buffer, output, &window));
}
// ANCHOR_END: run

// ANCHOR: dispatch
/// Hands numbers to the workers, each under a permit of the window, which the emitter gives back.
async fn dispatch(
    mut input: Receiver<Tagged<u64>>,
    window: &Semaphore,
    jobs: Sender<Tagged<u64>>,
    buffer: &ReorderBuffer<u64>,
) {
    let mut expected = 0;
    while admit(window).await
        && let Some(job) = input.recv().await
    {
        // A number that was left out is lost now. If it were waited for, the window would fill up behind it, and
        // the end of the input, which would tell, could never be reached.
        for seq in expected..job.seq {
            buffer.lose(seq);
            admit(window).await;
        }
        expected = job.seq + 1;
        if jobs.send(job).await.is_err() {
            return;
        }
    }
}

async fn admit(window: &Semaphore) -> bool {
    window.acquire().await.map(|permit| permit.forget()).is_ok()
}
// ANCHOR_END: dispatch

// ANCHOR: worker
async fn worker(queue: Arc<Mutex<Receiver<Tagged<u64>>>>, work: Work, buffer: Arc<ReorderBuffer<u64>>) {
    loop {
        // The guard is gone before the work begins: a `while let` would keep it, and the workers would take turns.
        let job = queue.lock().await.recv().await;
        let Some(Tagged { seq, value }) = job else { return };
        match AssertUnwindSafe(work.run(value)).catch_unwind().await {
            Ok(()) => buffer.insert(Tagged { seq, value: value * 2 }),
            Err(_) => buffer.lose(seq),
        }
    }
}
// ANCHOR_END: worker

// ANCHOR: emit
async fn emit(buffer: &ReorderBuffer<u64>, output: &Sender<Result<Tagged<u64>, Missing>>, window: &Semaphore) {
    while let Some(result) = poll_fn(|cx| buffer.poll_next(cx)).await {
        if output.send(result).await.is_err() {
            return;
        }
        window.add_permits(1);
    }
}
// ANCHOR_END: emit
