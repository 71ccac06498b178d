//! A fan-out by key: six workers, each with a queue of its own, and a dispatcher that chooses by the key's hash.
//!
//! - **Ordering**: events of one key leave in the order in which they came: they pass one queue and one worker.
//!   Between shards there is none.
//! - **Errors**: a panic in the work ends its worker, and with it its shard: what waits there is lost, because to
//!   skip an event would break the order that its key was promised. The dispatcher stops at the next event for
//!   that shard; the other workers finish their queues, and the output ends.
//! - **Cancellation**: dropping the output stops each worker at its next send and the dispatcher at its next event
//!   for a shard whose worker is gone. What was taken and not delivered is lost.
//! - **Backpressure**: a full output parks the workers, and a full queue the dispatcher. [`QUEUE`] is how far one
//!   slow key may fall behind before it holds up all the others: 16 events of 1 ms are a pause of 16 ms. The
//!   output holds six, one a worker: enough that a worker does not wait for the reader's wake-up.
//! - **Shutdown**: at the end of the input the dispatcher drops the queues' senders; each worker empties its queue
//!   and returns, and the last one closes the output behind it.

use std::hash::{DefaultHasher, Hash, Hasher};
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// How many shards there are, each with a worker of its own.
pub const WORKERS: usize = 6;

/// How many events wait for the worker of a shard, at most.
pub const QUEUE: usize = 16;

/// How many results wait to be read, at most.
pub const OUTPUT_CAPACITY: usize = 6;

/// Something that happened to `key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// To what it happened. Events of one key stay in order.
    pub key: String,
    /// What the work is called with.
    pub value: u64,
}

// ANCHOR: shard
/// The shard of a key, from 0 to `WORKERS - 1`: always the same one for the same key.
///
/// `DefaultHasher::new()` has fixed keys, unlike the `RandomState` of a `HashMap`. Its algorithm may change with the
/// Rust release; a shard that outlives the program, on disk or between machines, wants a hash that is specified.
pub fn shard(key: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    (hasher.finish() % WORKERS as u64) as usize
}
// ANCHOR_END: shard

// ANCHOR: fan_out
/// Works on each event, one at a time in each shard, and sends it on; ends when `input` does.
pub fn fan_out(input: Receiver<Event>, work: Work) -> Receiver<Event> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let queues = (0..WORKERS)
        .map(|_| {
            let (queue, events) = mpsc::channel(QUEUE);
            tokio::spawn(worker(events, work.clone(), output.clone()));
            queue
        })
        .collect();
    tokio::spawn(dispatch(input, queues));
    receiver
}
// ANCHOR_END: fan_out

// ANCHOR: dispatch
async fn dispatch(mut input: Receiver<Event>, queues: Vec<Sender<Event>>) {
    while let Some(event) = input.recv().await {
        let queue = &queues[shard(&event.key)];
        if queue.send(event).await.is_err() {
            return; // Its worker is gone: nobody reads, or its work panicked.
        }
    }
}
// ANCHOR_END: dispatch

async fn worker(mut events: Receiver<Event>, work: Work, output: Sender<Event>) {
    while let Some(event) = events.recv().await {
        work.run(event.value).await;
        if output.send(event).await.is_err() {
            return;
        }
    }
}
