//! Caught by: a_failing_compensation_does_not_stop_the_others (fail),
//!     a_retry_waits_for_the_run_under_way (fail)
//!
//! "The last entry tells where a saga stands": behind a compensation that failed, another one has succeeded.

mod turns;

use async_trait::async_trait;
use futures::FutureExt;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turns::Turns;

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
    running: TaskTracker,
}

impl fmt::Debug for Sagas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sagas").field("running", &self.running.len()).finish_non_exhaustive()
    }
}

struct Shared {
    stages: [Arc<dyn Stage>; STAGES],
    log: Arc<dyn Log>,
    turns: Turns,
}

impl Sagas {
    pub fn new(stages: [Arc<dyn Stage>; STAGES], log: Arc<dyn Log>) -> Sagas {
        let running = TaskTracker::new();
        running.close(); // `wait` then returns whenever nothing runs; sagas may still begin.
        Sagas { shared: Arc::new(Shared { stages, log, turns: Turns::default() }), running }
    }

    pub async fn run(&self, saga: u64, token: CancellationToken) -> Result<(), Aborted> {
        let token = token.child_token();
        let _cancels_when_dropped = token.clone().drop_guard();
        let shared = self.shared.clone();
        let task = self.running.spawn(async move { shared.run(saga, &token).await });
        match task.await {
            Ok(ended) => ended,
            Err(error) => std::panic::resume_unwind(error.into_panic()), // The log's: a stage's is caught.
        }
    }

    pub async fn settled(&self) {
        self.running.wait().await;
    }
}

impl Shared {
    async fn run(&self, saga: u64, token: &CancellationToken) -> Result<(), Aborted> {
        let _turn = self.turns.take(saga).await;
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
        for stage in (0..done).rev() {
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
}

impl Progress {
    fn of(log: Vec<Entry>) -> Progress {
        let mut progress = Progress::default();
        for entry in log {
            match entry {
                Entry::Done(stage) => progress.done = stage + 1,
                Entry::Aborted(cause) => progress.aborted = Some(cause),
                Entry::Compensated(stage) => progress.done = stage,
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
