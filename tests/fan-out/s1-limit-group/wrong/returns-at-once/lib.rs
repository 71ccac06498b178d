//! Caught by: the_first_error_wins_and_cancels_the_rest (fail), a_panic_is_the_groups_failure (fail)
//!
//! "The first error is the answer": `wait` returns with it, while the tasks that it cancelled still end.

mod semaphore;

pub use semaphore::{Acquire, Permit, Semaphore};

use futures::FutureExt;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

#[derive(Debug, thiserror::Error)]
pub enum Failure<E> {
    #[error("a task failed: {0}")]
    Failed(E),
    #[error("a task panicked")]
    Panicked(Box<dyn Any + Send>),
}

pub enum Refused<F> {
    Full(F),
    Cancelled(F),
}

impl<F> fmt::Debug for Refused<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::Full(_) => "Full(..)",
            Refused::Cancelled(_) => "Cancelled(..)",
        })
    }
}

#[derive(Debug)]
pub struct Group<E> {
    limit: Option<Semaphore>,
    tasks: TaskTracker,
    first: Arc<Mutex<Option<Failure<E>>>>,
    stop: CancellationToken,
    _stop_when_dropped: DropGuard,
}

impl<E: Send + 'static> Group<E> {
    pub fn new() -> Group<E> {
        let stop = CancellationToken::new();
        Group {
            limit: None,
            tasks: TaskTracker::new(),
            first: Arc::default(),
            _stop_when_dropped: stop.clone().drop_guard(),
            stop,
        }
    }

    pub fn set_limit(&mut self, limit: usize) {
        self.share_limit(Semaphore::new(limit));
    }

    pub fn share_limit(&mut self, limit: Semaphore) {
        self.limit = Some(limit);
    }

    pub async fn go<F>(&self, task: F) -> Result<(), Refused<F>>
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let permit = async {
            match &self.limit {
                Some(limit) => Some(limit.acquire().await),
                None => None,
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Refused::Cancelled(task)),
            permit = permit => {
                self.start(task, permit);
                Ok(())
            }
        }
    }

    pub fn try_go<F>(&self, task: F) -> Result<(), Refused<F>>
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        if self.stop.is_cancelled() {
            return Err(Refused::Cancelled(task));
        }
        let permit = match &self.limit {
            Some(limit) => match limit.try_acquire() {
                Some(permit) => Some(permit),
                None => return Err(Refused::Full(task)),
            },
            None => None,
        };
        self.start(task, permit);
        Ok(())
    }

    pub async fn wait(self) -> Result<(), Failure<E>> {
        self.tasks.close();
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            () = self.tasks.wait() => {}
        }
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        first.map_or(Ok(()), Err)
    }

    fn start<F>(&self, task: F, permit: Option<Permit>)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let (stop, first) = (self.stop.clone(), self.first.clone());
        self.tasks.spawn(async move {
            let _permit = permit; // Part of the future: it comes back however this ends.
            let ended = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                ended = AssertUnwindSafe(task).catch_unwind() => ended,
            };
            let failure = match ended {
                Ok(Ok(())) => return,
                Ok(Err(error)) => Failure::Failed(error),
                Err(payload) => Failure::Panicked(payload),
            };
            first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
            stop.cancel();
        });
    }
}

impl<E: Send + 'static> Default for Group<E> {
    fn default() -> Group<E> {
        Group::new()
    }
}
