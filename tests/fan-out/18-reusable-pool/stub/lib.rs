//! # Reusable pool
//!
//! Build a pool of four workers that lives across batches: many callers, one after the other or at the same time, hand
//! it their items and get their results back.
//!
//! - [`Pool::new`] spawns [`WORKERS`] tasks. They do the work of every batch (`work.run(item).await`), until the pool is
//!   stopped or dropped.
//! - [`Pool::run_batch`] returns the results of its own items, in their order: the item's double, or [`Panicked`].
//! - [`Pool::stop`] takes no more batches, finishes those that it has, and ends the workers.
//!
//! What must hold:
//!
//! - Results: one for each item, in the order in which the batch has the items, whatever time each takes and
//!   whatever numbers they are; a number that comes twice is done twice. An empty batch has an empty list.
//! - Width: never more than 4 items are in flight, over all batches, and 4 are whenever so many wait. A batch of a
//!   thousand items of 1 ms takes 250 ms.
//! - Spawned once: the same four tasks run the work of all batches, and nothing is spawned for a batch or an item. At
//!   most two more tasks may live beside them, such as a dispatcher. Between batches they are parked: nothing is polled.
//! - Batches do not mix, and they share the workers: two batches of two items of 10 ms that run at the same time take
//!   10 ms. Nor does a long batch hold up a short one: while a batch of a thousand items of 1 ms is at work, one of 4
//!   items takes at most 10 ms.
//! - A caller that is not polled holds up nobody, though most of its batch be still to come: its items that a worker has
//!   begun are finished, their results wait for it, and the four workers go on with other batches. (Judged with one such
//!   caller.)
//! - A panic in the work is the result of its item, `Err(Panicked)` in the item's place. The other items of the batch
//!   have their results, and the pool goes on with four workers in flight, however many items have panicked. A worker
//!   that the panic has ended may be replaced by a new task.
//! - Cancellation: when the future of `run_batch` is dropped, its items in flight are cancelled at that instant, and
//!   those that wait are never begun. The workers are free at once: a batch of 4 items of 1 ms then takes 1 ms.
//! - Stop: a batch is accepted when `run_batch` is first polled before `stop` is. Every item of an accepted batch is
//!   done, queued or not, and its caller gets all results. `stop` returns when the last of them is done and no task is
//!   left. It may be called again, also at the same time: each call returns then, and not before.
//! - What does not hold `stop` up: a batch that is dropped, before or meanwhile, and items that have panicked. A `stop`
//!   that is dropped itself, as in a `timeout`, has begun nevertheless: the accepted batches get all results.
//! - After `stop` was first polled, `run_batch` returns at once [`Stopped`] with the batch in it, and nothing of it is
//!   begun.
//! - A pool that is dropped without `stop` leaves no task behind, at that instant.
//! - The futures are `Send`, and a `&Pool` may be shared: callers live in other tasks.
//! - Clock: all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share. Tasks
//!   do the work.

use thiserror::Error;
use workbook::Work;

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

/// Four workers that serve any number of batches.
#[derive(Debug)]
pub struct Pool {
    // What your design needs: the way to the workers, and a way to wait for their end.
}

impl Pool {
    /// Spawns the workers.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn new(work: Work) -> Pool {
        let _ = work;
        todo!("spawn WORKERS tasks that take items from a queue until it is closed")
    }

    /// Works on the items and returns their results in the order of the items.
    ///
    /// # Errors
    ///
    /// [`Stopped`], with the items in it, once [`stop`](Pool::stop) has been called.
    pub async fn run_batch(&self, items: Vec<u64>) -> Result<Vec<Result<u64, Panicked>>, Stopped> {
        let _ = items;
        todo!("queue each item with its place and a way back, and put the results into their places")
    }

    /// Takes no more batches, waits until those that were accepted are done, and ends the workers.
    pub async fn stop(&self) {
        todo!("close the queue for new batches and wait for the workers")
    }
}
