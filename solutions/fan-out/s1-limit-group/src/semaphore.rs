//! The semaphore: a number of permits, and a queue of those who wait for one.
//!
//! A permit that comes back is given to the one who waits longest, at once: it never lies free while somebody
//! waits, so nobody who comes later can overtake. The queue holds a ticket for each waiter, and **a ticket that is
//! no longer in the queue has a permit**. So a [`Permit`] that is dropped takes a ticket out, and an [`Acquire`]
//! that is dropped looks whether its ticket is still there: if it is not, the permit is passed on.
//!
//! Wakers are woken and dropped outside the lock: the last waker of a task drops the task, and it may hold a permit.
//! The locks are those of [`workbook::sync`], so that loom can put the threads through every interleaving.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};
use workbook::sync::{Arc, Mutex, MutexGuard};

/// A number of permits. Clones are the same semaphore.
#[derive(Clone, Debug)]
pub struct Semaphore {
    state: Arc<Mutex<State>>,
}

// ANCHOR: state
#[derive(Debug)]
struct State {
    /// Permits that nobody holds. None is free while somebody waits.
    free: usize,
    /// The ticket of the next to wait.
    next: u64,
    /// Those who wait, in the order in which they came. `poll` adds, a permit that comes back takes out the first
    /// and gives it to that one, a dropped `Acquire` takes out its own.
    waiting: BTreeMap<u64, Waker>,
}
// ANCHOR_END: state

impl Semaphore {
    /// A semaphore of so many permits.
    pub fn new(permits: usize) -> Semaphore {
        let state = State { free: permits, next: 0, waiting: BTreeMap::new() };
        Semaphore { state: Arc::new(Mutex::new(state)) }
    }

    /// Waits for a permit. The place in the queue is taken at the first poll.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up its place, and nothing else: a permit that was already on its way goes to the
    /// next who waits.
    pub fn acquire(&self) -> Acquire {
        Acquire { semaphore: self.clone(), ticket: None }
    }

    /// Takes a permit if one is free, which it is not while somebody waits.
    pub fn try_acquire(&self) -> Option<Permit> {
        let mut state = self.lock();
        state.free = state.free.checked_sub(1)?;
        Some(Permit { semaphore: self.clone() })
    }

    // ANCHOR: release
    /// Gives a permit to the one who waits longest, or keeps it.
    fn release(&self) {
        let first = {
            let mut state = self.lock();
            let first = state.waiting.pop_first();
            if first.is_none() {
                state.free += 1;
            }
            first
        };
        if let Some((_, waker)) = first {
            waker.wake();
        }
    }
    // ANCHOR_END: release

    // The state is changed in single steps between which nothing panics. The caller's line is the one that a
    // model's steps name.
    #[track_caller]
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The future of [`Semaphore::acquire`].
#[derive(Debug)]
#[must_use = "a permit is waited for only while this future is polled"]
pub struct Acquire {
    semaphore: Semaphore,
    /// `None → Some` when a poll finds no permit, `Some → None` when a poll finds that the ticket has one.
    ticket: Option<u64>,
}

// ANCHOR: acquire
impl Future for Acquire {
    type Output = Permit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit> {
        let Acquire { semaphore, ticket } = &mut *self;
        let mut state = semaphore.lock();
        let place = match *ticket {
            Some(place) if state.waiting.contains_key(&place) => Some(place),
            Some(_) => None, // The permit is here.
            None if state.free > 0 => {
                state.free -= 1;
                None
            }
            None => {
                state.next += 1;
                Some(state.next)
            }
        };
        // The task may have changed since the last poll: the latest waker is the one to wake.
        let before = place.map(|place| state.waiting.insert(place, cx.waker().clone()));
        drop(state);
        drop(before);
        *ticket = place;
        if place.is_some() { Poll::Pending } else { Poll::Ready(Permit { semaphore: semaphore.clone() }) }
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let place = self.semaphore.lock().waiting.remove(&ticket);
        if place.is_none() {
            self.semaphore.release();
        }
    }
}
// ANCHOR_END: acquire

/// A permit. It comes back when it is dropped: at the end of a task, at its cancellation, at a panic.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once limits nothing"]
pub struct Permit {
    semaphore: Semaphore,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.semaphore.release();
    }
}
