//! Caught by: a_saga_that_has_ended_leaves_nothing (memory)
//!
//! "A lock is small": one for each order that there ever was.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OwnedMutexGuard;

#[derive(Debug, Default)]
pub(crate) struct Turns {
    locks: Mutex<HashMap<u64, Arc<tokio::sync::Mutex<()>>>>,
}

#[derive(Debug)]
pub(crate) struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl Turns {
    pub(crate) async fn take(&self, saga: u64) -> Turn {
        let lock = self.locks().entry(saga).or_default().clone();
        Turn { _guard: lock.lock_owned().await }
    }

    fn locks(&self) -> MutexGuard<'_, HashMap<u64, Arc<tokio::sync::Mutex<()>>>> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
