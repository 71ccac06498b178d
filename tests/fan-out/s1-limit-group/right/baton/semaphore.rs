//! Right: permits that come back are counted as free, and the first in the queue holds the right to look. Each who takes
//! one wakes the next if more are free.

use std::collections::VecDeque;
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
    queue: VecDeque<(u64, Option<Waker>)>,
}

impl State {
    /// The waker of the first in the queue, if there is a permit for it and it has not been woken.
    fn to_wake(&mut self) -> Option<Waker> {
        if self.free == 0 { None } else { self.queue.front_mut()?.1.take() }
    }
}

impl Semaphore {
    pub fn new(permits: usize) -> Semaphore {
        Semaphore { state: Arc::new(Mutex::new(State { free: permits, next: 0, queue: VecDeque::new() })) }
    }

    pub fn acquire(&self) -> Acquire {
        Acquire { semaphore: self.clone(), place: None }
    }

    pub fn try_acquire(&self) -> Option<Permit> {
        let mut state = self.lock();
        if state.free == 0 || !state.queue.is_empty() {
            return None;
        }
        state.free -= 1;
        Some(Permit { semaphore: self.clone() })
    }

    #[track_caller]
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
#[must_use = "a permit is waited for only while this future is polled"]
pub struct Acquire {
    semaphore: Semaphore,
    place: Option<u64>,
}

impl Acquire {
    fn leave(&mut self) {
        let Some(place) = self.place.take() else { return };
        let (left, waker) = {
            let mut state = self.semaphore.lock();
            let index = state.queue.iter().position(|(other, _)| *other == place);
            let left = index.and_then(|index| state.queue.remove(index));
            (left, state.to_wake())
        };
        drop(left);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit> {
        let this = &mut *self;
        let mut state = this.semaphore.lock();
        let place = *this.place.get_or_insert_with(|| {
            state.next += 1;
            let place = state.next;
            state.queue.push_back((place, None));
            place
        });
        if state.free > 0 && state.queue.front().is_some_and(|(first, _)| *first == place) {
            state.free -= 1;
            drop(state);
            this.leave();
            return Poll::Ready(Permit { semaphore: this.semaphore.clone() });
        }
        let entry = state.queue.iter_mut().find(|(other, _)| *other == place);
        let before = entry.and_then(|(_, waker)| waker.replace(cx.waker().clone()));
        drop(state);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        self.leave();
    }
}

#[derive(Debug)]
#[must_use = "a permit that is dropped at once limits nothing"]
pub struct Permit {
    semaphore: Semaphore,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let waker = {
            let mut state = self.semaphore.lock();
            state.free += 1;
            state.to_wake()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
