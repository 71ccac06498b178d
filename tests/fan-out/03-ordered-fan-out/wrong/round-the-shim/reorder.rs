//! Caught by: a_taker_that_waits_is_woken_for_every_number (rule), closing_loses_nothing (rule),
//! a_missing_number_is_reported_and_not_waited_for (rule)
//!
//! "A mutex is a mutex": the standard library's, which loom cannot see, so that a model of it would pass without
//! having looked.

use crate::Tagged;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// A number that will not come: left out of the input, or lost to a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("number {seq} is missing")]
pub struct Missing {
    /// Its sequence number.
    pub seq: u64,
}

/// Holds back what is done until everything before it has come out.
#[derive(Debug)]
pub struct ReorderBuffer<T> {
    state: Mutex<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    /// The number that comes out next.
    next: u64,
    /// What is done or known to be lost (`None`), from `next` on.
    waiting: BTreeMap<u64, Option<T>>,
    /// Nothing more will be inserted. `false → true`, by `close`.
    closed: bool,
    /// The taker, while it waits. Stored by `poll_next`, taken by whoever ends the wait.
    taker: Option<Waker>,
}

impl<T> ReorderBuffer<T> {
    /// An empty buffer. Number 0 comes out first.
    pub fn new() -> ReorderBuffer<T> {
        let state = State { next: 0, waiting: BTreeMap::new(), closed: false, taker: None };
        ReorderBuffer { state: Mutex::new(state) }
    }

    /// Puts in a number that is done. A number whose turn is over is dropped.
    pub fn insert(&self, item: Tagged<T>) {
        self.put(item.seq, Some(item.value));
    }

    /// Says that this number will not come: in its turn it is reported as missing.
    pub fn lose(&self, seq: u64) {
        self.put(seq, None);
    }

    /// Says that nothing more will be inserted. From now on a gap is not waited for.
    pub fn close(&self) {
        let taker = {
            let mut state = self.lock();
            state.closed = true;
            state.taker.take()
        };
        wake(taker);
    }

    /// Takes the next number in sequence; `None` once the buffer is closed and empty.
    ///
    /// Pending while the next number may still come; the task is woken when that changes. One task takes: a
    /// second one would replace the first one's waker.
    ///
    /// # Errors
    ///
    /// [`Missing`], once and in its turn, for a number that is lost, or that has not come by the time the buffer
    /// is closed although a higher one has.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when a poll is not followed by another: a number leaves the buffer only as a result.
    pub fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Tagged<T>, Missing>>> {
        let mut state = self.lock();
        let seq = state.next;
        let result = match state.waiting.remove(&seq) {
            Some(Some(value)) => Ok(Tagged { seq, value }),
            Some(None) => Err(Missing { seq }),
            None if !state.closed => {
                state.taker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            None if state.waiting.is_empty() => return Poll::Ready(None),
            None => Err(Missing { seq }),
        };
        state.next += 1;
        Poll::Ready(Some(result))
    }

    /// How many numbers are held back, lost ones included.
    pub fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Whether nothing is held back.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn put(&self, seq: u64, value: Option<T>) {
        let taker = {
            let mut state = self.lock();
            if seq < state.next {
                return;
            }
            state.waiting.insert(seq, value);
            if seq == state.next { state.taker.take() } else { None }
        };
        wake(taker);
    }

    // No code of a caller runs inside a critical section, so none can leave the state half changed by a panic.
    // The caller's line is the one that a model's steps name.
    #[track_caller]
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes outside the lock: the taker may run at once, and takes it.
fn wake(taker: Option<Waker>) {
    if let Some(taker) = taker {
        taker.wake();
    }
}

impl<T> Default for ReorderBuffer<T> {
    fn default() -> ReorderBuffer<T> {
        ReorderBuffer::new()
    }
}
