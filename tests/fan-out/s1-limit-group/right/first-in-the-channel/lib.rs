//! Right: a channel of one for the first failure, whose senders the tasks hold. It is full after the first and closed after
//! the last. A `watch` channel says that the others should stop.

mod semaphore;

pub use semaphore::{Acquire, Permit, Semaphore};

use futures::FutureExt;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use tokio::sync::{mpsc, watch};

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
    first: mpsc::Sender<Failure<E>>,
    ended: mpsc::Receiver<Failure<E>>,
    stopped: watch::Sender<bool>,
    _guard: Guard,
}

/// Stops the tasks when it is dropped.
#[derive(Debug)]
struct Guard(watch::Sender<bool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

/// Ready when the group has failed or is gone.
async fn end_of(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

impl<E: Send + 'static> Group<E> {
    pub fn new() -> Group<E> {
        let (first, ended) = mpsc::channel(1);
        let stopped = watch::Sender::new(false);
        Group { limit: None, first, ended, _guard: Guard(stopped.clone()), stopped }
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
            () = end_of(self.stopped.subscribe()) => Err(Refused::Cancelled(task)),
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
        if *self.stopped.borrow() {
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
        let Group { first, mut ended, stopped, .. } = self;
        drop(first);
        let Some(failure) = ended.recv().await else { return Ok(()) };
        stopped.send_replace(true);
        while ended.recv().await.is_some() {}
        Err(failure)
    }

    fn start<F>(&self, task: F, permit: Option<Permit>)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let (first, stopped) = (self.first.clone(), self.stopped.subscribe());
        let stop = self.stopped.clone();
        tokio::spawn(async move {
            let first = first;
            let _permit = permit; // Part of the future: it comes back however this ends.
            let ended = tokio::select! {
                biased;
                () = end_of(stopped) => return,
                ended = AssertUnwindSafe(task).catch_unwind() => ended,
            };
            let failure = match ended {
                Ok(Ok(())) => return,
                Ok(Err(error)) => Failure::Failed(error),
                Err(payload) => Failure::Panicked(payload),
            };
            let _ = first.try_send(failure);
            stop.send_replace(true);
        });
    }
}

impl<E: Send + 'static> Default for Group<E> {
    fn default() -> Group<E> {
        Group::new()
    }
}
