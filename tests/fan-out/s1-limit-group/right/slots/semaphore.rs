//! Right: each waiter has a slot of its own, shared with the queue; a permit that comes back is put into the first slot whose
//! waiter still lives.

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
    queue: VecDeque<Arc<Mutex<Slot>>>,
}

#[derive(Debug)]
enum Slot {
    Waiting(Waker),
    Served,
    Gone,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Semaphore {
    pub fn new(permits: usize) -> Semaphore {
        Semaphore { state: Arc::new(Mutex::new(State { free: permits, queue: VecDeque::new() })) }
    }

    pub fn acquire(&self) -> Acquire {
        Acquire { semaphore: self.clone(), slot: None }
    }

    pub fn try_acquire(&self) -> Option<Permit> {
        let mut state = lock(&self.state);
        state.free = state.free.checked_sub(1)?;
        Some(Permit { semaphore: self.clone() })
    }

    fn release(&self) {
        let mut state = lock(&self.state);
        while let Some(slot) = state.queue.pop_front() {
            let before = std::mem::replace(&mut *lock(&slot), Slot::Served);
            if let Slot::Waiting(waker) = before {
                drop(state);
                waker.wake();
                return;
            }
        }
        state.free += 1;
    }
}

#[derive(Debug)]
#[must_use = "a permit is waited for only while this future is polled"]
pub struct Acquire {
    semaphore: Semaphore,
    slot: Option<Arc<Mutex<Slot>>>,
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit> {
        let this = &mut *self;
        let Some(slot) = &this.slot else {
            let mut state = lock(&this.semaphore.state);
            if state.free > 0 {
                state.free -= 1;
                drop(state);
                return Poll::Ready(Permit { semaphore: this.semaphore.clone() });
            }
            let slot = Arc::new(Mutex::new(Slot::Waiting(cx.waker().clone())));
            state.queue.push_back(slot.clone());
            drop(state);
            this.slot = Some(slot);
            return Poll::Pending;
        };
        let mut slot = lock(slot);
        if let Slot::Waiting(waker) = &mut *slot {
            let before = std::mem::replace(waker, cx.waker().clone());
            drop(slot);
            drop(before);
            return Poll::Pending;
        }
        drop(slot);
        this.slot = None;
        Poll::Ready(Permit { semaphore: this.semaphore.clone() })
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let Some(slot) = self.slot.take() else { return };
        let before = std::mem::replace(&mut *lock(&slot), Slot::Gone);
        if let Slot::Served = before {
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
