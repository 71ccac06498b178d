//! One at a time for each saga: a lock that exists for as long as somebody holds it or waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OwnedMutexGuard;

/// The locks of the sagas that run.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    locks: Mutex<HashMap<u64, Arc<tokio::sync::Mutex<()>>>>,
}

/// A saga's turn, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    saga: u64,
    _guard: OwnedMutexGuard<()>,
}

impl Turns {
    /// Waits until nobody else runs this saga.
    pub(crate) async fn take(&self, saga: u64) -> Turn<'_> {
        let lock = self.locks().entry(saga).or_default().clone();
        Turn { turns: self, saga, _guard: lock.lock_owned().await }
    }

    fn locks(&self) -> MutexGuard<'_, HashMap<u64, Arc<tokio::sync::Mutex<()>>>> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut locks = self.turns.locks();
        // Two handles are the map's and our guard's. Whoever waits has one too, and gets it under the map's lock.
        if locks.get(&self.saga).is_some_and(|lock| Arc::strong_count(lock) == 2) {
            locks.remove(&self.saga);
        }
    }
}
