//! A pool of four workers that lives across batches: one bounded queue in, and a way back for each batch.
//!
//! - **Ordering**: the results of a batch are in the order of its items. Items of one batch are begun in their order;
//!   batches that run at the same time take turns at the queue, item by item.
//! - **Errors**: a panic in the work is caught in the worker. Its item's result is [`Panicked`]; nothing else notices. A
//!   batch that comes after [`Pool::stop`] is given back in [`Stopped`].
//! - **Cancellation**: dropping the future of [`Pool::run_batch`] drops the receiver of its results. The workers see it
//!   there: what they have in hand of this batch is dropped where it waits, and what is queued is thrown away unbegun.
//! - **Backpressure**: a caller parks until the queue has room for its next item. The queue holds four items, one
//!   for each worker: enough that a worker finds its next item without waiting for a caller to wake up, and so few that
//!   a short batch waits behind eight items and not behind a whole batch. Results wait in a channel that has room for
//!   the whole batch, so no worker ever waits for a caller. It holds no more than the caller has asked for.
//!   A place that becomes free belongs to the caller that has waited longest, also while that one is not polled: each
//!   such caller costs the queue a place, and four of them would stop it. Poll a batch, spawn it or drop it.
//! - **Shutdown**: every batch at work holds a clone of the queue's sender. `stop` takes the pool's own, so no batch can
//!   begin after it, and the queue closes behind the last item of the last batch. Then the workers return, and `stop`
//!   with them. Dropping the pool closes the queue too; no batch is at work then, for each borrows the pool.
//!
//! Why the workers do not abort at `stop`: the callers are waiting, and were promised results. To cut them off, drop
//! their futures; to give them a time limit, wrap `stop` in a timeout and drop them then.

mod pool;
mod worker;

pub use pool::Pool;

use thiserror::Error;

/// How many tasks work for the pool, and so how many items are in flight, at most.
pub const WORKERS: usize = 4;

/// The work on this item panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the work on item {item} panicked")]
pub struct Panicked {
    /// The item.
    pub item: u64,
}

/// The pool was stopped before it took this batch.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the pool is stopped; {} items were not begun", .items.len())]
pub struct Stopped {
    /// The batch, as it was given.
    pub items: Vec<u64>,
}
