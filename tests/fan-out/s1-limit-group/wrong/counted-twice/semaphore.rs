//! Caught by: permits_are_counted (fail), first_come_first_served (fail), a_dropped_waiter_loses_no_permit (fail),
//!     a_woken_waiter_that_is_dropped_passes_its_permit_on (fail), the_task_that_polled_last_is_woken (fail), never_more_than_the_limit (bound),
//!     groups_share_a_limit (fail), a_finished_task_costs_nothing (bound), three_threads_share_one_permit (bound)
//!
//! "What comes back is free, and the first in the queue is served": both, so that one permit becomes two.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};
use workbook::sync::{Arc, Mutex, MutexGuard};

#[derive(Clone, Debug)]
pub struct Semaphore {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    free: usize,
    next: u64,
    waiting: BTreeMap<u64, Waker>,
}

impl Semaphore {
    pub fn new(permits: usize) -> Semaphore {
        let state = State { free: permits, next: 0, waiting: BTreeMap::new() };
        Semaphore { state: Arc::new(Mutex::new(state)) }
    }

    pub fn acquire(&self) -> Acquire {
        Acquire { semaphore: self.clone(), ticket: None }
    }

    pub fn try_acquire(&self) -> Option<Permit> {
        let mut state = self.lock();
        state.free = state.free.checked_sub(1)?;
        Some(Permit { semaphore: self.clone() })
    }

    fn release(&self) {
        let first = {
            let mut state = self.lock();
            let first = state.waiting.pop_first();
            state.free += 1;
            first
        };
        if let Some((_, waker)) = first {
            waker.wake();
        }
    }

    // The state is changed in single steps between which nothing panics. The caller's line is the one that a
    // model's steps name.
    #[track_caller]
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
#[must_use = "a permit is waited for only while this future is polled"]
pub struct Acquire {
    semaphore: Semaphore,
    ticket: Option<u64>,
}

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
