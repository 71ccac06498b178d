//! A right buffer of another design: a ring of slots, notified tasks, and a number whose turn has come goes to the taker
//! that waits for it without being put in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::task::yield_now;
use workbook::reorder::{Entry, ReorderBuffer, Waiting};

#[derive(Debug)]
pub(crate) struct Handing {
    state: Mutex<State>,
    /// Something has changed; everybody looks.
    changed: Notify,
}

#[derive(Debug)]
struct State {
    next: u64,
    slots: Vec<Option<Entry>>,
    held: usize,
    /// How many takers wait, and what was handed to one.
    takers: usize,
    handed: Option<Entry>,
    closed: bool,
}

impl Handing {
    pub(crate) fn right(bound: usize) -> Arc<dyn ReorderBuffer> {
        let state = State { next: 0, slots: vec![None; bound], held: 0, takers: 0, handed: None, closed: false };
        Arc::new(Handing { state: Mutex::new(state), changed: Notify::new() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks after every change until there is an answer.
    async fn wait_for<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            if let Some(found) = look(&mut self.lock()) {
                self.changed.notify_waiters();
                return found;
            }
            changed.await;
        }
    }
}

/// A taker that waits, for as long as it does.
struct Taker<'a>(&'a Handing);

impl Drop for Taker<'_> {
    fn drop(&mut self) {
        self.0.lock().takers -= 1;
    }
}

impl State {
    fn put(&mut self, entry: Entry) -> Option<()> {
        let bound = self.slots.len() as u64;
        if entry.seq >= self.next + bound {
            return None;
        }
        if entry.seq == self.next && self.takers > 0 && self.handed.is_none() {
            self.handed = Some(entry);
        } else {
            self.slots[(entry.seq % bound) as usize] = Some(entry);
            self.held += 1;
        }
        Some(())
    }

    fn take(&mut self) -> Option<Option<Entry>> {
        if let Some(entry) = self.handed.take() {
            self.next += 1;
            return Some(Some(entry));
        }
        let slot = (self.next % self.slots.len() as u64) as usize;
        match self.slots[slot].take() {
            Some(entry) => {
                (self.next, self.held) = (self.next + 1, self.held - 1);
                Some(Some(entry))
            }
            None if self.closed => Some(None),
            None => None,
        }
    }
}

impl ReorderBuffer for Handing {
    fn insert(&self, entry: Entry) -> Waiting<'_, ()> {
        Box::pin(async move {
            yield_now().await;
            self.wait_for(|state| state.put(entry)).await;
        })
    }

    fn next(&self) -> Waiting<'_, Option<Entry>> {
        Box::pin(async {
            self.lock().takers += 1;
            let _taker = Taker(self);
            self.wait_for(State::take).await
        })
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_waiters();
    }

    fn len(&self) -> usize {
        self.lock().held
    }
}
