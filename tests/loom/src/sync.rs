//! The names of `workbook::sync`, with loom behind them.

use crate::steps::note;
use loom::sync as inner;
use std::ops::{Deref, DerefMut};
use std::sync::LockResult;

pub use loom::sync::Arc;

/// A mutual exclusion lock, as [`std::sync::Mutex`].
#[derive(Debug)]
pub struct Mutex<T>(inner::Mutex<T>);

/// Holds a [`Mutex`] until it is dropped.
#[derive(Debug)]
pub struct MutexGuard<'a, T>(Option<inner::MutexGuard<'a, T>>);

impl<T> Mutex<T> {
    /// A lock around `value`.
    pub fn new(value: T) -> Mutex<T> {
        Mutex(inner::Mutex::new(value))
    }

    /// Locks.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        note("waits for the lock");
        match self.0.lock() {
            Ok(guard) => {
                note("has the lock");
                Ok(MutexGuard(Some(guard)))
            }
            Err(poison) => Err(std::sync::PoisonError::new(MutexGuard(Some(poison.into_inner())))),
        }
    }

    /// The value, without the lock.
    pub fn into_inner(self) -> LockResult<T> {
        self.0.into_inner()
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("the guard is taken only by `Condvar::wait`, which consumes it")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("the guard is taken only by `Condvar::wait`, which consumes it")
    }
}

/// A condition variable, as [`std::sync::Condvar`].
#[derive(Debug, Default)]
pub struct Condvar(inner::Condvar);

impl Condvar {
    /// A condition variable that nobody waits for.
    pub fn new() -> Condvar {
        Condvar(inner::Condvar::new())
    }

    /// Gives the lock back and waits to be notified.
    #[track_caller]
    pub fn wait<'a, T>(&self, mut guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        note("waits to be notified");
        let guard = guard.0.take().expect("a guard holds its lock");
        match self.0.wait(guard) {
            Ok(guard) => {
                note("was notified, has the lock");
                Ok(MutexGuard(Some(guard)))
            }
            Err(poison) => Err(std::sync::PoisonError::new(MutexGuard(Some(poison.into_inner())))),
        }
    }

    /// Wakes one that waits.
    #[track_caller]
    pub fn notify_one(&self) {
        note("notifies one");
        self.0.notify_one();
    }

    /// Wakes all that wait.
    #[track_caller]
    pub fn notify_all(&self) {
        note("notifies all");
        self.0.notify_all();
    }
}

/// Atomics, fences and orderings.
pub mod atomic {
    pub use loom::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
}
