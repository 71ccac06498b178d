//! Caught by: shutdown_finishes_what_was_accepted (fail)
//!
//! "There is a token to cancel": the caller's, with which everything else that listens to it ends too.

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

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done(Job),
    Failed { stage: &'static str, error: StageError },
    Cancelled,
}

pub type Ticket = oneshot::Receiver<Outcome>;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    #[error("full")]
    Full(Item),
    #[error("stopped")]
    Stopped(Item),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub accepted: u64,
    pub done: u64,
    pub failed: u64,
    pub cancelled: u64,
}

pub struct Pipeline {
    stations: Vec<Arc<Station>>,
    gate: Mutex<Gate>,
    tasks: TaskTracker,
    token: CancellationToken,
    stop: CancellationToken,
    totals: Arc<Totals>,
}

struct Gate {
    open: bool,
    tenants: Tenants,
}

impl Pipeline {
    pub fn start(stages: Vec<Arc<dyn Stage>>, metrics: Metrics, token: &CancellationToken) -> Pipeline {
        assert!(!stages.is_empty(), "a pipeline has a stage");
        let stations = stages.into_iter().map(|stage| Arc::new(Station::new(stage, metrics.clone())));
        Pipeline {
            stations: stations.collect(),
            gate: Mutex::new(Gate { open: true, tenants: Tenants::default() }),
            tasks: TaskTracker::new(),
            token: token.clone(),
            stop: token.child_token(),
            totals: Arc::default(),
        }
    }

    pub fn submit(&self, item: Item) -> Result<Ticket, Refused> {
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

    pub async fn shutdown(&self, grace: Duration) -> Summary {
        self.gate().open = false;
        self.tasks.close();
        if timeout(grace, self.tasks.wait()).await.is_err() {
            self.token.cancel();
            self.tasks.wait().await;
        }
        self.totals.summary()
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

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
