//! Caught by: a_retry_waits_for_the_run_under_way (fail)
//!
//! "My run is over, so the lock can go": another run waits for it, and the next one makes a new lock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OwnedMutexGuard;

#[derive(Debug, Default)]
pub(crate) struct Turns {
    locks: Mutex<HashMap<u64, Arc<tokio::sync::Mutex<()>>>>,
}

#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    saga: u64,
    _guard: OwnedMutexGuard<()>,
}

impl Turns {
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
        self.turns.locks().remove(&self.saga);
    }
}
