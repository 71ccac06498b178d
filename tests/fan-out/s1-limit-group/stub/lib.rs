//! # Limit group and semaphore
//!
//! Build a [`Group`] of tasks with one limit, one error and one end, as Go's `errgroup` has it, on a [`Semaphore`] of
//! your own. `tokio::sync::Semaphore`, `tokio_util::sync::PollSemaphore` and `tokio::task::JoinSet` are what you
//! build here, so none of them may be named in your files: the verdict is then `rule`.
//!
//! What must hold for the semaphore, `src/semaphore.rs`:
//!
//! - Number: no more permits are out than there are. A permit that is dropped comes back, once.
//! - Order: first come, first served. A permit that comes back wakes the one who waits longest, and nobody else; until
//!   that one is polled, neither `try_acquire` nor anybody's `acquire` gets it.
//! - Cancellation: an `Acquire` that is dropped loses no permit, whether it has not been polled, waits, was woken, or
//!   is done. Woken, it passes its permit on to the next.
//! - Polls: polled again, it keeps its one place. The task that polled last is the one that is woken.
//! - Threads: loom puts three of them through every interleaving. It sees only the locks of `workbook::sync`: use no
//!   others in that file.
//!
//! What must hold for the group:
//!
//! - Start: a task runs from the moment that [`Group::go`] or [`Group::try_go`] returns `Ok`, whether or not
//!   somebody waits for the group.
//! - Limit: with [`Group::set_limit`] of 8, eight tasks run at once and never more: a hundred of 1 ms take 13 ms. At
//!   the limit `go` waits, parked, and `try_go` refuses and gives the task back, not started. So no more tasks
//!   exist than the limit, and one more if the group has a task of its own. Without a limit a hundred run at once.
//! - Sharing: groups with one semaphore ([`Group::share_limit`]) share one limit. A failure in one is nothing to the
//!   others.
//! - Failure: the first error or panic wins. At that instant every other task of the group is dropped where it waits,
//!   a `go` that waits gives its task back as [`Refused::Cancelled`], and from then on so do all calls.
//! - End: [`Group::wait`] returns when no task is left and every permit is back: `Ok`, or the first failure, a
//!   panic with its payload.
//! - Drop: when the group or its `wait` is dropped, its tasks are cancelled, and 2 ms later none is left and every
//!   permit is back.
//! - Memory: a task that has ended costs nothing. While 10 000 tasks of 256 bytes each run eight at a time, at most 2 MiB are
//!   allocated.
//! - Clock: the group is judged on virtual time, which threads of your own and `spawn_blocking` do not share.

mod semaphore;

pub use semaphore::{Acquire, Permit, Semaphore};

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

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
    error: PhantomData<E>,
}

impl<E: Send + 'static> Group<E> {
    /// A group without a limit and without tasks.
    pub fn new() -> Group<E> {
        todo!("the state: the limit, the tasks that run, the first failure, and how a failure stops the others")
    }

    /// From now on starts a task only while fewer than `limit` run; with 0, none. Call it before the first task:
    /// those that run already are not counted.
    pub fn set_limit(&mut self, limit: usize) {
        let _ = limit;
        todo!("share a semaphore with nobody")
    }

    /// From now on starts a task only with a permit of this semaphore, which other groups may share.
    pub fn share_limit(&mut self, limit: Semaphore) {
        let _ = limit;
        todo!("remember it")
    }

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
        let _ = (self.error, task);
        todo!("wait for a permit or for the group's end, then spawn the task with its permit")
    }

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
        drop(task);
        todo!("the same, without waiting")
    }

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
        todo!("wait for the tasks, then tell the first failure")
    }
}

impl<E: Send + 'static> Default for Group<E> {
    fn default() -> Group<E> {
        Group::new()
    }
}
