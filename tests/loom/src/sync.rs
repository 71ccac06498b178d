//! The names of `workbook::sync`, with loom behind them.

use crate::steps::{What, note, note_that};
use loom::sync as inner;
use std::ops::{Deref, DerefMut};
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

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
        note_that(What::WaitsForLock);
        let locked = self.0.lock();
        note_that(What::TakesLock);
        guarded(locked)
    }

    /// Locks, unless somebody else has the lock.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => {
                note_that(What::TakesLock);
                Ok(MutexGuard(Some(guard)))
            }
            Err(TryLockError::Poisoned(poison)) => {
                note_that(What::TakesLock);
                Err(TryLockError::Poisoned(PoisonError::new(MutexGuard(Some(poison.into_inner())))))
            }
            Err(TryLockError::WouldBlock) => {
                note("finds the lock taken");
                Err(TryLockError::WouldBlock)
            }
        }
    }

    /// The value, without locking: there is no other reference.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.0.get_mut()
    }

    /// The value, without the lock.
    pub fn into_inner(self) -> LockResult<T> {
        self.0.into_inner()
    }
}

fn guarded<T>(locked: LockResult<inner::MutexGuard<'_, T>>) -> LockResult<MutexGuard<'_, T>> {
    match locked {
        Ok(guard) => Ok(MutexGuard(Some(guard))),
        Err(poison) => Err(PoisonError::new(MutexGuard(Some(poison.into_inner())))),
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
        let locked = self.0.wait(guard);
        note("was notified, takes the lock");
        guarded(locked)
    }

    /// Waits to be notified for as long as `condition` holds.
    #[track_caller]
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        while condition(&mut *guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
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
    use crate::steps::note;
    use loom::sync::atomic as inner;

    pub use loom::sync::atomic::Ordering;

    /// A fence between threads.
    #[track_caller]
    pub fn fence(order: Ordering) {
        note(format!("fences, {order:?}"));
        inner::fence(order);
    }

    macro_rules! atomic {
        ($name:ident, $value:ty) => {
            #[doc = concat!("As [`std::sync::atomic::", stringify!($name), "`].")]
            #[derive(Debug, Default)]
            pub struct $name(inner::$name);

            impl $name {
                /// An atomic with this value.
                pub fn new(value: $value) -> $name {
                    $name(inner::$name::new(value))
                }

                /// Loads.
                #[track_caller]
                pub fn load(&self, order: Ordering) -> $value {
                    let value = self.0.load(order);
                    note(format!("loads {value}, {order:?}"));
                    value
                }

                /// Stores.
                #[track_caller]
                pub fn store(&self, value: $value, order: Ordering) {
                    self.0.store(value, order);
                    note(format!("stores {value}, {order:?}"));
                }

                /// Stores, and returns what was there.
                #[track_caller]
                pub fn swap(&self, value: $value, order: Ordering) -> $value {
                    let before = self.0.swap(value, order);
                    note(format!("swaps {before} for {value}, {order:?}"));
                    before
                }

                /// Stores `new` if `current` is there.
                #[track_caller]
                pub fn compare_exchange(
                    &self,
                    current: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    let result = self.0.compare_exchange(current, new, success, failure);
                    match result {
                        Ok(_) => note(format!("exchanges {current} for {new}, {success:?}")),
                        Err(seen) => note(format!("finds {seen} instead of {current}, {failure:?}")),
                    }
                    result
                }

                /// As [`compare_exchange`](Self::compare_exchange), and may fail without a reason.
                #[track_caller]
                pub fn compare_exchange_weak(
                    &self,
                    current: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    self.compare_exchange(current, new, success, failure)
                }

                /// Changes the value until nobody else does in between.
                #[track_caller]
                pub fn fetch_update(
                    &self,
                    success: Ordering,
                    failure: Ordering,
                    mut change: impl FnMut($value) -> Option<$value>,
                ) -> Result<$value, $value> {
                    let mut before = self.load(failure);
                    while let Some(new) = change(before) {
                        match self.compare_exchange(before, new, success, failure) {
                            Ok(before) => return Ok(before),
                            Err(seen) => before = seen,
                        }
                    }
                    Err(before)
                }
            }
        };
    }

    macro_rules! fetch {
        ($name:ident, $value:ty, $($operation:ident),+) => {
            impl $name {
                $(
                    #[doc = concat!("As the standard library's `", stringify!($operation), "`.")]
                    #[track_caller]
                    pub fn $operation(&self, value: $value, order: Ordering) -> $value {
                        let before = self.0.$operation(value, order);
                        note(format!("{}({value}) on {before}, {order:?}", stringify!($operation)));
                        before
                    }
                )+
            }
        };
    }

    atomic!(AtomicBool, bool);
    atomic!(AtomicU32, u32);
    atomic!(AtomicU64, u64);
    atomic!(AtomicUsize, usize);
    fetch!(AtomicBool, bool, fetch_and, fetch_or, fetch_xor);
    fetch!(AtomicU32, u32, fetch_add, fetch_sub, fetch_max, fetch_min, fetch_and, fetch_or);
    fetch!(AtomicU64, u64, fetch_add, fetch_sub, fetch_max, fetch_min, fetch_and, fetch_or);
    fetch!(AtomicUsize, usize, fetch_add, fetch_sub, fetch_max, fetch_min, fetch_and, fetch_or);
}
