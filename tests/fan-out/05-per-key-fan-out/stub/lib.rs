//! # Per-key fan-out
//!
//! Build a fan-out that keeps order where order matters: six workers, and a dispatcher that gives all events of one
//! key to the same one.
//!
//! - [`shard`] says which of the [`WORKERS`] shards a key belongs to, by a hash of the key.
//! - [`fan_out`] works on each event (`work.run(event.value).await`) and sends it on, unchanged, into a channel of
//!   [`OUTPUT_CAPACITY`]. Each shard has a queue of [`QUEUE`] events and works on one event at a time.
//! - The binary, which is given, prints the shards of the keys among its arguments.
//!
//! What must hold:
//!
//! - Order: events of one key come out in the order in which they came in, each once; then the output ends.
//! - Stability: a key has the same shard in every call and in every run of the program. Of 600 different keys, each
//!   shard gets at least 50.
//! - Width: shards run in parallel, one event at a time in each. Six keys on six shards with 100 events of 1 ms each
//!   take 100 ms, with six in flight, and never more, however many keys there are.
//! - A slow key delays only its shard. While one event of a shard takes 10 s, 16 more wait in its queue, and the
//!   other shards go on at full speed.
//! - Backpressure: only when that queue is full may the dispatcher wait, and it must: at most 20 events of a shard
//!   at a standstill are taken (one at work, 16 in its queue, and up to three on the way). When nobody reads, at most
//!   111 of all are taken: 17 a shard, 6 in the output, and up to three on the way.
//! - Parking: what waits is not polled meanwhile.
//! - Shutdown: when the output is dropped, no task is left 5 ms later, though the input may still be open and hold
//!   events of 1 ms for every shard.
//! - Errors: when the work on an event panics, no later event of its key comes out, since its order is broken. What
//!   does come out is, for each key, without a gap. The output ends, and no task is left.
//! - Clock: all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share.
//!   Tasks do the work.

use tokio::sync::mpsc::Receiver;
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

/// The shard of a key, from 0 to `WORKERS - 1`: always the same one for the same key.
pub fn shard(key: &str) -> usize {
    let _ = key;
    todo!("hash the key, with a hasher that starts alike in every run, down to 0..WORKERS")
}

/// Works on each event, one at a time in each shard, and sends it on; ends when `input` does.
pub fn fan_out(input: Receiver<Event>, work: Work) -> Receiver<Event> {
    let _ = (input, work);
    todo!("spawn a worker with a queue of QUEUE for each shard, and a dispatcher that chooses the queue by the key")
}
