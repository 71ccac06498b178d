//! Caught by: shutdown_finishes_what_was_accepted (fail)
//!
//! "Who shuts down owns the tasks": the `JoinSet` is in the future of `shutdown`, and a drop of it aborts them all.

use crate::TENANT_WORKERS;
use crate::{Instrumented, Item, Job, MAX_TENANTS, Metrics, Stage, StageError, Visit};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use thiserror::Error;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Mutex as AsyncMutex, Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

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
    /// All workers. A drop aborts them.
    workers: Mutex<JoinSet<()>>,
    stop: CancellationToken,
    totals: Arc<Totals>,
}

struct Gate {
    /// Where each tenant's items go in; `None` once the intake is closed.
    tenants: Option<HashMap<String, Sender<Entry>>>,
}

type Entry = (Visit, Reply);

/// A stage with what all tenants share in it.
struct Station {
    name: &'static str,
    buffer: usize,
    stage: Instrumented,
    width: Semaphore,
}

impl Pipeline {
    pub fn start(stages: Vec<Arc<dyn Stage>>, metrics: Metrics, token: &CancellationToken) -> Pipeline {
        let station = |stage: Arc<dyn Stage>| Station {
            name: stage.name(),
            buffer: stage.buffer(),
            width: Semaphore::new(stage.workers()),
            stage: Instrumented::new(stage, metrics.clone()),
        };
        Pipeline {
            stations: stages.into_iter().map(|stage| Arc::new(station(stage))).collect(),
            gate: Mutex::new(Gate { tenants: Some(HashMap::new()) }),
            workers: Mutex::default(),
            stop: token.child_token(),
            totals: Arc::default(),
        }
    }

    pub fn submit(&self, item: Item) -> Result<Ticket, Refused> {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tenants) = gate.tenants.as_mut().filter(|_| !self.stop.is_cancelled()) else {
            return Err(Refused::Stopped(item));
        };
        if !tenants.contains_key(&item.tenant) {
            if tenants.len() == MAX_TENANTS {
                return Err(Refused::Full(item));
            }
            tenants.insert(item.tenant.clone(), self.chain());
        }
        let Ok(place) = tenants[&item.tenant].try_reserve() else { return Err(Refused::Full(item)) };
        let (sender, ticket) = oneshot::channel();
        self.totals.accepted.fetch_add(1, Relaxed);
        let reply = Reply { sender: Some(sender), totals: self.totals.clone() };
        place.send((self.stations[0].stage.arrive(Job { item, payload: Vec::new() }), reply));
        Ok(ticket)
    }

    /// Starts a tenant's tasks, last stage first, and gives the way into the first stage.
    fn chain(&self) -> Sender<Entry> {
        let mut next: Option<(Arc<Station>, Sender<Entry>)> = None;
        for station in self.stations.iter().rev() {
            let (sender, receiver) = mpsc::channel(station.buffer);
            let (receiver, next_stage) = (Arc::new(AsyncMutex::new(receiver)), Arc::new(next.take()));
            let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
            for _ in 0..TENANT_WORKERS {
                let (stop, worker) = (self.stop.clone(), worker(receiver.clone(), station.clone(), next_stage.clone()));
                workers.spawn(async move {
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => {}
                        () = worker => {}
                    }
                });
            }
            next = Some((station.clone(), sender));
        }
        next.expect("a pipeline has a stage").1
    }

    pub async fn shutdown(&self, grace: Duration) -> Summary {
        // Without a sender, each worker ends with its stage's last job, and the next stage's after it.
        self.gate.lock().unwrap_or_else(PoisonError::into_inner).tenants = None;
        let mut workers = std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async { while workers.join_next().await.is_some() {} };
        if timeout(grace, all).await.is_err() {
            workers.shutdown().await;
        }
        self.totals.summary()
    }
}

async fn worker(
    input: Arc<AsyncMutex<Receiver<Entry>>>,
    station: Arc<Station>,
    next: Arc<Option<(Arc<Station>, Sender<Entry>)>>,
) {
    loop {
        let entry = input.lock().await.recv().await;
        let Some(entry) = entry else { return };
        work(entry, &station, next.as_ref().as_ref()).await;
    }
}

/// One job at one stage, until it is in the next one or has its outcome.
async fn work((visit, reply): Entry, station: &Station, next: Option<&(Arc<Station>, Sender<Entry>)>) {
    let width = station.width.acquire().await.expect("the semaphore is never closed");
    let result = visit.run().await;
    drop(width);
    match (result, next) {
        (Err(error), _) => reply.say(Outcome::Failed { stage: station.name, error }),
        (Ok(job), None) => reply.say(Outcome::Done(job)),
        // Only a cancel closes the next stage before this one.
        (Ok(job), Some((next, sender))) => drop(sender.send((next.stage.arrive(job), reply)).await),
    }
}

/// Where an item's outcome goes. One that is dropped says that it was cancelled.
struct Reply {
    sender: Option<oneshot::Sender<Outcome>>,
    totals: Arc<Totals>,
}

impl Reply {
    fn say(mut self, outcome: Outcome) {
        self.send(outcome);
    }

    fn send(&mut self, outcome: Outcome) {
        if let Some(sender) = self.sender.take() {
            self.totals.count(&outcome);
            sender.send(outcome).ok();
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.send(Outcome::Cancelled);
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
