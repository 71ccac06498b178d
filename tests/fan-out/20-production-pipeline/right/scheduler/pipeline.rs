//! Another design: no queue, no semaphore and no task that waits. One table says what waits where; whatever ends looks
//! there for what may begin. One task more for all notices the cancel.

use crate::TENANT_WORKERS;
use crate::{Instrumented, Item, Job, MAX_TENANTS, Metrics, Stage, StageError, Visit};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{oneshot, watch};
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
    shared: Arc<Shared>,
}

struct Shared {
    stations: Vec<Station>,
    table: Mutex<Table>,
    tasks: TaskTracker,
    stop: CancellationToken,
    /// Accepted, done, failed and cancelled.
    totals: watch::Sender<Summary>,
}

struct Station {
    name: &'static str,
    workers: usize,
    buffer: usize,
    stage: Instrumented,
}

#[derive(Default)]
struct Table {
    closed: bool,
    /// The places of the tenants in `lanes`.
    tenants: HashMap<String, usize>,
    /// For each tenant a lane for each stage.
    lanes: Vec<Vec<Lane>>,
    /// How many run in each stage.
    running: Vec<usize>,
    /// Which tenant is asked first.
    turn: usize,
}

#[derive(Default)]
struct Lane {
    waiting: VecDeque<Entry>,
    /// Each of these still has its worker in the stage before.
    before: VecDeque<Entry>,
    busy: usize,
}

type Entry = (Visit, Reply);

/// Where an item's outcome goes. One that is dropped says that it was cancelled.
struct Reply(Option<oneshot::Sender<Outcome>>, Arc<Shared>);

impl Reply {
    fn say(mut self, outcome: Outcome) {
        self.send(outcome);
    }

    fn send(&mut self, outcome: Outcome) {
        let Some(sender) = self.0.take() else { return };
        self.1.totals.send_modify(|totals| match outcome {
            Outcome::Done(_) => totals.done += 1,
            Outcome::Failed { .. } => totals.failed += 1,
            Outcome::Cancelled => totals.cancelled += 1,
        });
        sender.send(outcome).ok();
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.send(Outcome::Cancelled);
    }
}

impl Pipeline {
    pub fn start(stages: Vec<Arc<dyn Stage>>, metrics: Metrics, token: &CancellationToken) -> Pipeline {
        let station = |stage: Arc<dyn Stage>| Station {
            name: stage.name(),
            workers: stage.workers(),
            buffer: stage.buffer(),
            stage: Instrumented::new(stage, metrics.clone()),
        };
        let stations: Vec<Station> = stages.into_iter().map(station).collect();
        let table = Mutex::new(Table { running: vec![0; stations.len()], ..Table::default() });
        let (tasks, stop, totals) = (TaskTracker::new(), token.child_token(), watch::Sender::default());
        Pipeline { shared: Arc::new(Shared { stations, table, tasks, stop, totals }) }
    }

    pub fn submit(&self, item: Item) -> Result<Ticket, Refused> {
        let shared = &self.shared;
        let mut table = shared.table();
        if table.closed || shared.stop.is_cancelled() {
            return Err(Refused::Stopped(item));
        }
        let tenant = match table.tenants.get(&item.tenant) {
            Some(tenant) => *tenant,
            None if table.lanes.len() == MAX_TENANTS => return Err(Refused::Full(item)),
            None => {
                if table.lanes.is_empty() {
                    shared.tasks.spawn(clear_when_stopped(shared.clone()));
                }
                let tenant = table.lanes.len();
                table.tenants.insert(item.tenant.clone(), tenant);
                table.lanes.push(shared.stations.iter().map(|_| Lane::default()).collect());
                tenant
            }
        };
        if table.lanes[tenant][0].waiting.len() >= shared.stations[0].buffer {
            return Err(Refused::Full(item));
        }
        let (sender, ticket) = oneshot::channel();
        shared.totals.send_modify(|totals| totals.accepted += 1);
        let visit = shared.stations[0].stage.arrive(Job { item, payload: Vec::new() });
        table.lanes[tenant][0].waiting.push_back((visit, Reply(Some(sender), shared.clone())));
        shared.begin(&mut table);
        Ok(ticket)
    }

    pub async fn shutdown(&self, grace: Duration) -> Summary {
        let shared = &self.shared;
        shared.table().closed = true;
        let mut totals = shared.totals.subscribe();
        let over = totals.wait_for(|totals| totals.accepted == totals.done + totals.failed + totals.cancelled);
        timeout(grace, over).await.ok();
        shared.stop.cancel();
        shared.tasks.close();
        shared.tasks.wait().await;
        *shared.totals.borrow()
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

/// What waits has no task that could notice.
async fn clear_when_stopped(shared: Arc<Shared>) {
    shared.stop.cancelled().await;
    let gone: Vec<Entry> = {
        let mut table = shared.table();
        let lanes = table.lanes.iter_mut().flatten();
        lanes.flat_map(|lane| lane.waiting.drain(..).chain(lane.before.drain(..))).collect()
    };
    drop(gone);
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins whatever may begin, the last stage first, and the tenants in turn.
    fn begin(self: &Arc<Shared>, table: &mut Table) {
        let (tenants, turn) = (table.lanes.len(), table.turn);
        for _ in 0..self.stations.len() {
            for (place, station) in self.stations.iter().enumerate().rev() {
                for tenant in (0..tenants).map(|number| (number + turn) % tenants) {
                    while let Some(entry) = table.next(tenant, place, station) {
                        self.tasks.spawn(run(self.clone(), tenant, place, entry));
                    }
                }
            }
        }
        table.turn += 1;
    }
}

impl Table {
    /// What a tenant may begin in a stage now.
    fn next(&mut self, tenant: usize, place: usize, station: &Station) -> Option<Entry> {
        let lanes = &mut self.lanes[tenant];
        let free = lanes[place].busy < TENANT_WORKERS && self.running[place] < station.workers;
        let entry = if free { lanes[place].waiting.pop_front() } else { None };
        while lanes[place].waiting.len() < station.buffer
            && let Some(moved) = lanes[place].before.pop_front()
        {
            lanes[place].waiting.push_back(moved);
            lanes[place - 1].busy -= 1;
        }
        if entry.is_some() {
            lanes[place].busy += 1;
            self.running[place] += 1;
        }
        entry
    }
}

async fn run(shared: Arc<Shared>, tenant: usize, place: usize, (visit, reply): Entry) {
    let result = tokio::select! {
        biased;
        () = shared.stop.cancelled() => return,
        result = visit.run() => result,
    };
    let mut table = shared.table();
    table.running[place] -= 1;
    match (result, shared.stations.get(place + 1)) {
        (Ok(job), Some(next)) => {
            let entry = (next.stage.arrive(job), reply);
            table.lanes[tenant][place + 1].before.push_back(entry);
        }
        (Ok(job), None) => {
            table.lanes[tenant][place].busy -= 1;
            reply.say(Outcome::Done(job));
        }
        (Err(error), _) => {
            table.lanes[tenant][place].busy -= 1;
            reply.say(Outcome::Failed { stage: shared.stations[place].name, error });
        }
    }
    shared.begin(&mut table);
}
