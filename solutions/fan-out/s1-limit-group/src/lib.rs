//! A group of tasks: one limit, one error, one end.
//!
//! - **Ordering**: tasks start in the order of [`Group::go`]; callers that wait for the limit are served first come,
//!   first served. They end in any order.
//! - **Errors**: the first failure, an error or a panic, is the group's. Those that come after it are dropped.
//! - **Cancellation**: the first failure, and the drop of the group or of its [`Group::wait`], drop every task's
//!   future where it waits. What does not wait, such as blocking work, is not reached.
//! - **Backpressure**: a permit is acquired *before* a task is spawned and lives in its future, so that no more tasks
//!   exist than the limit, and whoever calls `go` waits in their stead.
//! - **Shutdown**: `wait` returns when the last task's future is gone, and with it its permit, failure or not.
//!
//! No size is chosen here: the limit is the caller's. Nothing is kept of a task that has ended but the first failure;
//! a list of `JoinHandle`s would keep every task's memory until the end.
//!
//! Why the group has no token for its tasks: dropping a future reaches every await, and a task that must tidy up can
//! own a guard. Why it does not resume a panic in `wait`: the caller may have other groups to look after.

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

/// Why a group failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure<E> {
    /// A task returned this error.
    #[error("a task failed: {0}")]
    Failed(E),
    /// A task panicked, with this payload.
    #[error("a task panicked")]
    Panicked(Box<dyn Any + Send>),
}

/// A task that was not started, given back.
pub enum Refused<F> {
    /// The group is at its limit. Only [`Group::try_go`] says so.
    Full(F),
    /// A task has failed, and the group starts no more.
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

/// Tasks that belong together. Dropping the group cancels them.
#[derive(Debug)]
pub struct Group<E> {
    limit: Option<Semaphore>,
    tasks: TaskTracker,
    first: Arc<Mutex<Option<Failure<E>>>>,
    stop: CancellationToken,
    _stop_when_dropped: DropGuard,
}

impl<E: Send + 'static> Group<E> {
    /// A group without a limit and without tasks.
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

    /// From now on starts a task only while fewer than `limit` run; with 0, none. Call it before the first task:
    /// those that run already are not counted.
    pub fn set_limit(&mut self, limit: usize) {
        self.share_limit(Semaphore::new(limit));
    }

    /// From now on starts a task only with a permit of this semaphore, which other groups may share.
    pub fn share_limit(&mut self, limit: Semaphore) {
        self.limit = Some(limit);
    }

    // ANCHOR: go
    /// Starts the task, as soon as the limit allows it.
    ///
    /// # Errors
    ///
    /// [`Refused::Cancelled`] gives the task back if a task has failed, also while this one waits.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the task, which has not started; no place is lost.
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
    // ANCHOR_END: go

    /// Starts the task now, or not at all.
    ///
    /// # Errors
    ///
    /// [`Refused::Full`] gives the task back at the limit and while callers of [`Group::go`] wait,
    /// [`Refused::Cancelled`] if a task has failed.
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

    // ANCHOR: wait
    /// Waits until every task has ended.
    ///
    /// # Errors
    ///
    /// The first failure, when the tasks that it cancelled are gone.
    ///
    /// # Cancel safety
    ///
    /// The group is dropped with the future: its tasks are cancelled.
    pub async fn wait(self) -> Result<(), Failure<E>> {
        self.tasks.close();
        self.tasks.wait().await;
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        first.map_or(Ok(()), Err)
    }
    // ANCHOR_END: wait

    // ANCHOR: start
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
    // ANCHOR_END: start
}

impl<E: Send + 'static> Default for Group<E> {
    fn default() -> Group<E> {
        Group::new()
    }
}
