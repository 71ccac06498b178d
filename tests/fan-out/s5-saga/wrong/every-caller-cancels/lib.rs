//! Caught by: a_cancelled_retry_leaves_the_run_under_way_alone (fail)
//!
//! "All callers of a saga share one run": and each has its guard, so that the first to go away ends it for all.

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared as SharedFuture};
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub const STAGES: usize = 3;

#[async_trait]
pub trait Stage: Send + Sync {
    async fn act(&self, saga: u64) -> Result<(), StageError>;

    async fn compensate(&self, saga: u64) -> Result<(), StageError>;
}

#[async_trait]
pub trait Log: Send + Sync {
    async fn read(&self, saga: u64) -> Vec<Entry>;

    async fn append(&self, saga: u64, entry: Entry);
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Done(usize),
    Aborted(Cause),
    Compensated(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    Fault(Fault),
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Failed { stage: usize, error: StageError },
    Panicked { stage: usize },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StageError(pub String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the saga was aborted ({cause:?}); not compensated: {not_compensated:?}")]
pub struct Aborted {
    pub cause: Cause,
    pub not_compensated: Vec<Fault>,
}

pub struct Sagas {
    shared: Arc<Shared>,
    running: Arc<Running>,
}

type Run = SharedFuture<BoxFuture<'static, Result<(), Aborted>>>;

/// The runs under way, and how many there are.
struct Running {
    runs: Mutex<HashMap<u64, (Run, CancellationToken)>>,
    count: watch::Sender<usize>,
}

impl fmt::Debug for Sagas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sagas").field("running", &*self.running.count.borrow()).finish_non_exhaustive()
    }
}

struct Shared {
    stages: [Arc<dyn Stage>; STAGES],
    log: Arc<dyn Log>,
}

impl Sagas {
    pub fn new(stages: [Arc<dyn Stage>; STAGES], log: Arc<dyn Log>) -> Sagas {
        let running = Arc::new(Running { runs: Mutex::default(), count: watch::Sender::new(0) });
        Sagas { shared: Arc::new(Shared { stages, log }), running }
    }

    pub async fn run(&self, saga: u64, token: CancellationToken) -> Result<(), Aborted> {
        let (run, token) = {
            let mut runs = self.running.runs.lock().unwrap_or_else(PoisonError::into_inner);
            let begin = || {
                let token = token.child_token();
                (self.begin(saga, token.clone()), token)
            };
            runs.entry(saga).or_insert_with(begin).clone()
        };
        let _cancels_when_dropped = token.drop_guard();
        run.await
    }

    pub async fn settled(&self) {
        let _ = self.running.count.subscribe().wait_for(|count| *count == 0).await;
    }

    fn begin(&self, saga: u64, token: CancellationToken) -> Run {
        let (shared, running) = (self.shared.clone(), self.running.clone());
        running.count.send_modify(|count| *count += 1);
        let task = tokio::spawn(async move {
            let ended = shared.run(saga, &token).await;
            running.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&saga);
            running.count.send_modify(|count| *count -= 1);
            ended
        });
        async move {
            match task.await {
                Ok(ended) => ended,
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
        .boxed()
        .shared()
    }
}

impl Shared {
    async fn run(&self, saga: u64, token: &CancellationToken) -> Result<(), Aborted> {
        let progress = Progress::of(self.log.read(saga).await);
        let mut done = progress.done;
        let cause = match progress.aborted {
            Some(cause) => cause,
            None => {
                let Some(cause) = self.forward(saga, &mut done, token).await else { return Ok(()) };
                self.log.append(saga, Entry::Aborted(cause.clone())).await;
                cause
            }
        };
        let mut not_compensated = Vec::new();
        for stage in (0..done).rev().filter(|&stage| !progress.compensated[stage]) {
            match caught(stage, self.stages[stage].compensate(saga)).await {
                Ok(()) => self.log.append(saga, Entry::Compensated(stage)).await,
                Err(fault) => not_compensated.push(fault),
            }
        }
        Err(Aborted { cause, not_compensated })
    }

    async fn forward(&self, saga: u64, done: &mut usize, token: &CancellationToken) -> Option<Cause> {
        while *done < STAGES {
            if token.is_cancelled() {
                return Some(Cause::Cancelled);
            }
            if let Err(fault) = caught(*done, self.stages[*done].act(saga)).await {
                return Some(Cause::Fault(fault));
            }
            self.log.append(saga, Entry::Done(*done)).await;
            *done += 1;
        }
        None
    }
}

#[derive(Default)]
struct Progress {
    done: usize,
    aborted: Option<Cause>,
    compensated: [bool; STAGES],
}

impl Progress {
    fn of(log: Vec<Entry>) -> Progress {
        let mut progress = Progress::default();
        for entry in log {
            match entry {
                Entry::Done(stage) => progress.done = stage + 1,
                Entry::Aborted(cause) => progress.aborted = Some(cause),
                Entry::Compensated(stage) => progress.compensated[stage] = true,
            }
        }
        progress
    }
}

async fn caught(stage: usize, step: impl Future<Output = Result<(), StageError>>) -> Result<(), Fault> {
    match AssertUnwindSafe(step).catch_unwind().await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Fault::Failed { stage, error }),
        Err(_) => Err(Fault::Panicked { stage }),
    }
}
