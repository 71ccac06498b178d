//! The reorder buffer, with a wake-up that can be lost between two locks.

use crate::Tagged;
use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};

macro_rules! plain {
    () => {
        use std::sync::{Mutex, MutexGuard};
    };
}

plain!();

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("number {seq} is missing")]
pub struct Missing {
    pub seq: u64,
}
#[derive(Debug)]
pub struct ReorderBuffer<T> {
    state: Mutex<State<T>>,
    /// What loom is to see: it is let go of before anything happens.
    shown: workbook::sync::Mutex<()>,
}
#[derive(Debug)]
struct State<T> {
    next: u64,
    waiting: BTreeMap<u64, Option<T>>,
    closed: bool,
    taker: Option<Waker>,
}

impl<T> ReorderBuffer<T> {
    pub fn new() -> ReorderBuffer<T> {
        let state = State { next: 0, waiting: BTreeMap::new(), closed: false, taker: None };
        ReorderBuffer { state: Mutex::new(state), shown: workbook::sync::Mutex::new(()) }
    }
    pub fn insert(&self, item: Tagged<T>) {
        self.put(item.seq, Some(item.value));
    }
    pub fn lose(&self, seq: u64) {
        self.put(seq, None);
    }
    pub fn close(&self) {
        drop(self.shown.lock());
        let taker = {
            let mut state = self.lock();
            state.closed = true;
            state.taker.take()
        };
        wake(taker);
    }
    pub fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Tagged<T>, Missing>>> {
        drop(self.shown.lock());
        let mut state = self.lock();
        let seq = state.next;
        let result = match state.waiting.remove(&seq) {
            Some(Some(value)) => Ok(Tagged { seq, value }),
            Some(None) => Err(Missing { seq }),
            None if !state.closed => {
                drop(state);
                self.lock().taker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            None if state.waiting.is_empty() => return Poll::Ready(None),
            None => Err(Missing { seq }),
        };
        state.next += 1;
        Poll::Ready(Some(result))
    }
    pub fn len(&self) -> usize {
        self.lock().waiting.len()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn put(&self, seq: u64, value: Option<T>) {
        drop(self.shown.lock());
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
    #[track_caller]
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
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
