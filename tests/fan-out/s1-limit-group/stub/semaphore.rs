//! The semaphore: a number of permits, and a queue of those who wait for one.
//!
//! Whatever the interleaving of its threads:
//!
//! - a permit has one holder, and comes back when it is dropped;
//! - a permit that comes back wakes the one who waits longest, and nobody else; it is that one's, and no
//!   `try_acquire` and no later `acquire` gets it, though the woken one is not polled at once;
//! - an [`Acquire`] that is dropped while it waits leaves the queue. One that is dropped after it was woken passes
//!   its permit on;
//! - to be polled again changes no place in the queue. When another task polls, that one is woken.
//!
//! Put the state behind one `workbook::sync::Mutex`. A helper around `lock()` under `#[track_caller]` keeps your own
//! lines in the steps that a failing model prints.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A number of permits. Clones are the same semaphore.
#[derive(Clone, Debug)]
pub struct Semaphore {}

impl Semaphore {
    /// A semaphore of so many permits.
    pub fn new(permits: usize) -> Semaphore {
        let _ = permits;
        todo!("the state: the free permits, and who waits, in the order in which they came")
    }

    /// Waits for a permit. The place in the queue is taken at the first poll.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up its place, and nothing else: a permit that was already on its way goes to the
    /// next who waits.
    pub fn acquire(&self) -> Acquire {
        todo!("a future that has not looked yet")
    }

    /// Takes a permit if one is free, which it is not while somebody waits.
    pub fn try_acquire(&self) -> Option<Permit> {
        todo!("take one, or refuse")
    }
}

/// The future of [`Semaphore::acquire`].
#[derive(Debug)]
#[must_use = "a permit is waited for only while this future is polled"]
pub struct Acquire {}

impl Future for Acquire {
    type Output = Permit;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit> {
        let _ = cx;
        todo!("look and, if there is no permit for this one, store the waker: in one critical section")
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        // Still to write: leave the queue, or pass on the permit.
    }
}

/// A permit. It comes back when it is dropped: at the end of a task, at its cancellation, at a panic.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once limits nothing"]
pub struct Permit {}

impl Drop for Permit {
    fn drop(&mut self) {
        // Still to write: give the permit back.
    }
}
