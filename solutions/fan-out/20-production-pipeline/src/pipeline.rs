//! The pipeline: from `submit` to an outcome, and its end.

use crate::bulkhead::{Lane, Station, Tenants, Waiting};
use crate::{Item, Job, Metrics, Stage, StageError};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use thiserror::Error;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What has become of an accepted item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has passed all stages, and this is what the last one made of it.
    Done(Job),
    /// It ended in this stage, with this error.
    Failed {
        /// The stage's name.
        stage: &'static str,
        /// Why.
        error: StageError,
    },
    /// It was given up before it had passed all stages.
    Cancelled,
}

/// Brings the outcome of one accepted item. Whoever does not care drops it; the item goes on.
pub type Ticket = oneshot::Receiver<Outcome>;

/// An item that was not accepted, and is given back.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// As many items of this tenant wait as may, or there are too many tenants.
    #[error("full")]
    Full(Item),
    /// The pipeline is shutting down or cancelled.
    #[error("stopped")]
    Stopped(Item),
}

/// What became of all that a pipeline accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many items were accepted: as many as the others together.
    pub accepted: u64,
    /// How many passed all stages.
    pub done: u64,
    /// How many ended with an error.
    pub failed: u64,
    /// How many were given up.
    pub cancelled: u64,
}

/// A running pipeline. Dropping it gives up everything that is in it.
pub struct Pipeline {
    stations: Vec<Arc<Station>>,
    gate: Mutex<Gate>,
    tasks: TaskTracker,
    stop: CancellationToken,
    totals: Arc<Totals>,
}

struct Gate {
    open: bool,
    tenants: Tenants,
}

impl Pipeline {
    /// A pipeline of these stages, first to last, that a cancel of the token ends at once.
    ///
    /// # Panics
    ///
    /// Without a stage.
    pub fn start(stages: Vec<Arc<dyn Stage>>, metrics: Metrics, token: &CancellationToken) -> Pipeline {
        assert!(!stages.is_empty(), "a pipeline has a stage");
        let stations = stages.into_iter().map(|stage| Arc::new(Station::new(stage, metrics.clone())));
        Pipeline {
            stations: stations.collect(),
            gate: Mutex::new(Gate { open: true, tenants: Tenants::default() }),
            tasks: TaskTracker::new(),
            stop: token.child_token(),
            totals: Arc::default(),
        }
    }

    // ANCHOR: submit
    /// Accepts the item, or gives it back. It never waits.
    ///
    /// # Errors
    ///
    /// [`Refused::Full`] if the item's tenant has no place left, [`Refused::Stopped`] after a cancel or a shutdown.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn submit(&self, item: Item) -> Result<Ticket, Refused> {
        // The gate is held until the task is tracked: a shutdown sees the item, or the item sees the shutdown.
        let mut gate = self.gate();
        if !gate.open || self.stop.is_cancelled() {
            return Err(Refused::Stopped(item));
        }
        let Some(lanes) = gate.tenants.lanes(&item.tenant, &self.stations) else { return Err(Refused::Full(item)) };
        let waiting = lanes[0].try_enter(item).map_err(Refused::Full)?;
        let (reply, ticket) = oneshot::channel();
        self.totals.accepted.fetch_add(1, Relaxed);
        let (stop, totals) = (self.stop.clone(), self.totals.clone());
        self.tasks.spawn(async move {
            let outcome = tokio::select! {
                biased;
                () = stop.cancelled() => Outcome::Cancelled,
                outcome = carry(&lanes, waiting) => outcome,
            };
            totals.count(&outcome);
            reply.send(outcome).ok(); // Nobody cares.
        });
        Ok(ticket)
    }
    // ANCHOR_END: submit

    // ANCHOR: shutdown
    /// Accepts nothing more, waits until all that was accepted has its outcome, and after `grace` gives up the rest. When
    /// it returns, no task is left.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the pipeline closed to new items; what it has accepted goes on.
    pub async fn shutdown(&self, grace: Duration) -> Summary {
        self.gate().open = false;
        self.tasks.close();
        if timeout(grace, self.tasks.wait()).await.is_err() {
            self.stop.cancel();
            self.tasks.wait().await;
        }
        self.totals.summary()
    }
    // ANCHOR_END: shutdown

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

// ANCHOR: carry
/// Takes a job through the stages. It keeps its worker until there is a place for it in the next stage: so a slow stage
/// slows down the tenant's stages before it, and no other tenant's.
async fn carry(lanes: &[Lane], mut waiting: Waiting) -> Outcome {
    let mut lanes = lanes.iter();
    let mut lane = lanes.next().expect("a pipeline has a stage");
    loop {
        let (visit, worker, width) = lane.begin(waiting).await;
        let result = visit.run().await;
        drop(width);
        let job = match result {
            Ok(job) => job,
            Err(error) => return Outcome::Failed { stage: lane.stage(), error },
        };
        lane = match lanes.next() {
            Some(next) => next,
            None => return Outcome::Done(job),
        };
        waiting = lane.enter(job).await;
        drop(worker);
    }
}
// ANCHOR_END: carry

#[derive(Default)]
struct Totals {
    accepted: AtomicU64,
    done: AtomicU64,
    failed: AtomicU64,
    cancelled: AtomicU64,
}

impl Totals {
    fn count(&self, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Done(_) => &self.done,
            Outcome::Failed { .. } => &self.failed,
            Outcome::Cancelled => &self.cancelled,
        };
        counter.fetch_add(1, Relaxed);
    }

    fn summary(&self) -> Summary {
        let [accepted, done, failed, cancelled] =
            [&self.accepted, &self.done, &self.failed, &self.cancelled].map(|counter| counter.load(Relaxed));
        Summary { accepted, done, failed, cancelled }
    }
}
