//! Who has nothing to do, and when that is everybody.

use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst, fence};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The idle workers of a run.
#[derive(Debug)]
pub(crate) struct Idle {
    workers: usize,
    /// How many wait, or look a last time before they do. Changed under the lock, read without it by everybody who
    /// pushes: so it has a cache line that is seldom written.
    waiting: CachePadded<AtomicUsize>,
    /// `false → true` once: when all wait, or by [`Idle::end`]. Changed under the lock, read before each item.
    over: CachePadded<AtomicBool>,
    lock: Mutex<()>,
    wake: Condvar,
}

impl Idle {
    pub(crate) fn new(workers: usize) -> Idle {
        Idle {
            workers,
            waiting: CachePadded::default(),
            over: CachePadded::default(),
            lock: Mutex::default(),
            wake: Condvar::new(),
        }
    }

    /// Whether the workers shall end.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Relaxed) // The items that are left are handed over by the end of the threads, not by this flag.
    }

    // ANCHOR: idle
    /// An item was pushed: somebody who waits shall look again.
    pub(crate) fn wake_one(&self) {
        // Pairs with the fence in `wait`: either this sees the one who waits, or that one sees the item.
        fence(SeqCst);
        if self.waiting.load(Relaxed) > 0 {
            // Whoever has looked in vain holds the lock until it sleeps, and a sleeper can be woken.
            drop(self.locked());
            self.wake.notify_one();
        }
    }

    /// Waits until there may be an item to steal or all is over. It is, when the last worker comes here and `any` still
    /// finds nothing: the others wait, so nobody is at work who could push.
    pub(crate) fn wait(&self, any: impl Fn() -> bool) {
        let mut locked = self.locked();
        let waiting = self.waiting.fetch_add(1, Relaxed) + 1;
        fence(SeqCst); // Pairs with the one in `wake_one`.
        if waiting == self.workers && !any() {
            self.over.store(true, Relaxed);
            self.wake.notify_all();
        }
        while !self.is_over() && !any() {
            locked = self.wake.wait(locked).unwrap_or_else(PoisonError::into_inner);
        }
        self.waiting.fetch_sub(1, Relaxed);
    }
    // ANCHOR_END: idle

    /// All workers shall end.
    pub(crate) fn end(&self) {
        let _locked = self.locked();
        self.over.store(true, Relaxed);
        self.wake.notify_all();
    }

    fn locked(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
