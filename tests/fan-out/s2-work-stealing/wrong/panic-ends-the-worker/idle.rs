//! A worker that has panicked does not wait.

use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst, fence};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub(crate) struct Idle {
    workers: AtomicUsize,
    waiting: CachePadded<AtomicUsize>,
    over: CachePadded<AtomicBool>,
    lock: Mutex<()>,
    wake: Condvar,
}

impl Idle {
    pub(crate) fn new(workers: usize) -> Idle {
        Idle {
            workers: AtomicUsize::new(workers),
            waiting: CachePadded::default(),
            over: CachePadded::default(),
            lock: Mutex::default(),
            wake: Condvar::new(),
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Relaxed) // The items that are left are handed over by the end of the threads, not by this flag.
    }

    pub(crate) fn wake_one(&self) {
        // Pairs with the fence in `wait`: either this sees the one who waits, or that one sees the item.
        fence(SeqCst);
        if self.waiting.load(Relaxed) > 0 {
            // Whoever has looked in vain holds the lock until it sleeps, and a sleeper can be woken.
            drop(self.locked());
            self.wake.notify_one();
        }
    }

    pub(crate) fn wait(&self, any: impl Fn() -> bool) {
        let mut locked = self.locked();
        let waiting = self.waiting.fetch_add(1, Relaxed) + 1;
        fence(SeqCst); // Pairs with the one in `wake_one`.
        if waiting == self.workers.load(SeqCst) && !any() {
            self.over.store(true, Relaxed);
            self.wake.notify_all();
        }
        while !self.is_over() && !any() {
            locked = self.wake.wait(locked).unwrap_or_else(PoisonError::into_inner);
        }
        self.waiting.fetch_sub(1, Relaxed);
    }

    pub(crate) fn one_less(&self) {
        let _locked = self.locked();
        let workers = self.workers.fetch_sub(1, SeqCst) - 1;
        if self.waiting.load(SeqCst) == workers {
            self.over.store(true, SeqCst);
            self.wake.notify_all();
        }
    }

    pub(crate) fn end(&self) {
        let _locked = self.locked();
        self.over.store(true, Relaxed);
        self.wake.notify_all();
    }

    fn locked(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
