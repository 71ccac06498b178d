//! # Work stealing
//!
//! Build a fan-out for work that computes: threads with a deque each. A worker takes from its own deque; when that is
//! empty, it steals from a sibling's. `crossbeam-deque` has such deques; locks around `VecDeque`s will do as well.
//!
//! - [`run`] starts a worker for each share, with the share's items in its deque, and calls `work` with every item.
//! - `work` may push further items into the deque of the worker that it runs on ([`Local::push`]).
//! - [`Report`] says what became of the items.
//!
//! What must hold:
//!
//! - Once: every item, given or pushed, is worked on once. Then `run` returns, and no thread is left.
//! - Own items first: a worker does not steal while it has items of its own.
//! - Stealing: when all items are in one share of four, four are at work at once, and never more. `work` computes, so it
//!   never runs on a thread that drives the runtime.
//! - The end: `run` returns when every deque is empty and nothing is at work that could still push. An idle worker waits
//!   for as long as a sibling is at work, and when that pushes, it wakes and steals: while one worker of four is busy,
//!   whatever it pushes is begun by the others, again and again. Shares without items end at once, and so do no shares.
//! - Idle workers are parked: while one item is at work and there is nothing else, three idle workers and everything
//!   around them use at most 50 ms of processor time in 400 ms, are not ready for more all the while, and wait at most 100
//!   times.
//! - Cancellation: after the token is cancelled, a worker begins at most one more item. `run` returns when the items at
//!   work are done. Whatever was not begun is in [`Report::left`].
//! - Dropped, `run` stops in the same way: a worker begins at most one more item, and no thread is left after it.
//! - Errors: a panic in `work` costs its item alone, and [`Report::panicked`] counts it. What it had pushed stays.
//! - The deques have no bound, since a worker that waited for room in its own would wait for itself. Everything else
//!   that waits is in the shares, which the caller has in memory already.

use std::marker::PhantomData;
use tokio_util::sync::CancellationToken;

/// The worker that an item runs on.
#[derive(Debug)]
pub struct Local<T> {
    items: PhantomData<T>,
}

impl<T> Local<T> {
    /// Which worker this is: the number of its share, from 0.
    pub fn worker(&self) -> usize {
        todo!("the number of the worker's share")
    }

    /// Gives this worker another item. A sibling may steal it.
    pub fn push(&self, item: T) {
        let _ = (item, self.items);
        todo!("push the item into this worker's deque, and wake a worker that waits")
    }
}

/// What became of the items.
#[derive(Debug, PartialEq, Eq)]
pub struct Report<T> {
    /// How many were worked on to the end.
    pub done: u64,
    /// How many panicked.
    pub panicked: u64,
    /// Those that were not begun when the run was cancelled, in any order.
    pub left: Vec<T>,
}

/// Works on all items and on what they push, with a worker for each share.
///
/// # Cancel safety
///
/// Dropping the future stops the workers and drops the items that were not begun. Cancel the token to get them back.
pub async fn run<T, F>(shares: Vec<Vec<T>>, work: F, token: CancellationToken) -> Report<T>
where
    T: Send + 'static,
    F: Fn(T, &Local<T>) + Send + Sync + 'static,
{
    let _ = (shares, work, token);
    todo!("start a thread for each share, let it take, steal or park, and wait for the last one without blocking")
}
