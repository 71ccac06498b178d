//! A saga of three stages: all act, or those that acted are taken back.
//!
//! - **Ordering**: the stages of a saga act one after another, and are compensated one after another in reverse.
//!   Different sagas run side by side. Runs of one saga take turns.
//! - **Errors**: a stage that fails or panics has had no effect, and is not compensated; those before it are. A
//!   compensation that fails or panics is reported, the others still run, and the next run of the saga tries it again.
//! - **Cancellation**: a saga runs in a task of its own, so that no drop reaches it. It looks at its token between
//!   stages alone: an action that is cut off may or may not have had its effect, and nobody could compensate that.
//!   A caller that is dropped cancels, by a child of its token: the token itself is only read. Whoever waits for another
//!   run of the saga waits for its end, cancelled or not, and does not reach it.
//! - **Backpressure**: none here. Whoever calls [`Sagas::run`] decides how many sagas run at once.
//! - **Shutdown**: [`Sagas::settled`] waits for sagas whose callers are gone. Without it, the end of the runtime ends
//!   them where they wait; the log then knows where to go on.
//!
//! There are no buffers. For each saga that runs there are a task and an entry in the map of turns.
//!
//! Why every step is logged *after* it was taken: a crash in between repeats the step, which stages must bear. The other
//! order would leave it out, and nobody could tell. The turn backwards is logged *before* the first compensation: a
//! restart in the middle of the way back must not go forward again.

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

/// How many stages a saga has.
pub const STAGES: usize = 3;

/// A reversible step, idempotent by the saga's number.
#[async_trait]
pub trait Stage: Send + Sync {
    /// Takes effect, or fails without effect.
    async fn act(&self, saga: u64) -> Result<(), StageError>;

    /// Takes the effect back.
    async fn compensate(&self, saga: u64) -> Result<(), StageError>;
}

/// What survives a crash.
#[async_trait]
pub trait Log: Send + Sync {
    /// The saga's entries so far, in order.
    async fn read(&self, saga: u64) -> Vec<Entry>;

    /// Adds an entry. When this returns, it is safe.
    async fn append(&self, saga: u64, entry: Entry);
}

/// A step of a saga that has been taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// This stage has acted.
    Done(usize),
    /// From here on, backwards.
    Aborted(Cause),
    /// This stage's effect has been taken back.
    Compensated(usize),
}

/// Why a saga was aborted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A stage did not act.
    Fault(Fault),
    /// The token was cancelled, or the caller dropped.
    Cancelled,
}

/// How a stage failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It said so.
    Failed {
        /// The stage, from 0.
        stage: usize,
        /// What it said.
        error: StageError,
    },
    /// It panicked.
    Panicked {
        /// The stage, from 0.
        stage: usize,
    },
}

/// What a stage says when it fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StageError(pub String);

/// A saga that did not take effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the saga was aborted ({cause:?}); not compensated: {not_compensated:?}")]
pub struct Aborted {
    /// Why.
    pub cause: Cause,
    /// The compensations that failed, in the order in which they were tried: effects that are still there.
    pub not_compensated: Vec<Fault>,
}

/// Runs sagas.
pub struct Sagas {
    shared: Arc<Shared>,
    running: TaskTracker,
}

impl fmt::Debug for Sagas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sagas").field("running", &self.running.len()).finish_non_exhaustive()
    }
}

/// What every saga needs.
struct Shared {
    stages: [Arc<dyn Stage>; STAGES],
    log: Arc<dyn Log>,
    turns: Turns,
}

impl Sagas {
    /// Sagas of these stages, with their log.
    pub fn new(stages: [Arc<dyn Stage>; STAGES], log: Arc<dyn Log>) -> Sagas {
        let running = TaskTracker::new();
        running.close(); // `wait` then returns whenever nothing runs; sagas may still begin.
        Sagas { shared: Arc::new(Shared { stages, log, turns: Turns::default() }), running }
    }

    // ANCHOR: run
    /// Runs the saga from where its log ends, and returns when its last step has been taken.
    ///
    /// # Errors
    ///
    /// [`Aborted`], when every effect has been taken back that could be.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the saga, as the token does: the action under way ends, what has acted is
    /// compensated, and nobody hears of it but the log.
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
    // ANCHOR_END: run

    /// Waits until no saga runs, those included whose callers are gone.
    pub async fn settled(&self) {
        self.running.wait().await;
    }
}

impl Shared {
    // ANCHOR: saga
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
        for stage in (0..done).rev().filter(|&stage| !progress.compensated[stage]) {
            match caught(stage, self.stages[stage].compensate(saga)).await {
                Ok(()) => self.log.append(saga, Entry::Compensated(stage)).await,
                Err(fault) => not_compensated.push(fault),
            }
        }
        Err(Aborted { cause, not_compensated })
    }

    /// Lets the stages act from the first that has not; returns why it stopped before the end.
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
    // ANCHOR_END: saga
}

// ANCHOR: progress
/// Where a saga stands, by its log.
#[derive(Default)]
struct Progress {
    /// So many stages have acted, from the first on.
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
// ANCHOR_END: progress

/// What a stage does, with a panic as a fault.
async fn caught(stage: usize, step: impl Future<Output = Result<(), StageError>>) -> Result<(), Fault> {
    match AssertUnwindSafe(step).catch_unwind().await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Fault::Failed { stage, error }),
        Err(_) => Err(Fault::Panicked { stage }),
    }
}
