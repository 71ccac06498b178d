//! Caught by: first_come_first_served (fail)
//!
//! "To wake one too many does no harm": all are woken for each permit, and all but the first wait again. A thousand
//! waiters are half a million polls.

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

impl State {
    /// Whether this one may take a permit now.
    fn is_next(&self, place: Option<u64>) -> bool {
        self.free > 0 && self.waiting.range(..place.unwrap_or(u64::MAX)).count() < self.free
    }
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
        if !state.waiting.is_empty() {
            return None;
        }
        state.free = state.free.checked_sub(1)?;
        Some(Permit { semaphore: self.clone() })
    }

    fn release(&self) {
        let first = {
            let mut state = self.lock();
            state.free += 1;
            state.waiting.values().cloned().collect::<Vec<Waker>>()
        };
        first.into_iter().for_each(Waker::wake);
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
            Some(place) if state.is_next(Some(place)) => {
                state.free -= 1;
                state.waiting.remove(&place);
                None
            }
            Some(place) => Some(place),
            None if state.is_next(None) => {
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
        let others = {
            let mut state = self.semaphore.lock();
            state.waiting.remove(&ticket);
            if state.free > 0 { state.waiting.values().cloned().collect::<Vec<Waker>>() } else { Vec::new() }
        };
        others.into_iter().for_each(Waker::wake);
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
