//! What a tenant has for itself in each stage, and what all share.

use crate::{Instrumented, Item, Job, Metrics, Stage, Visit};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many jobs of one tenant are at work in a stage, at most.
pub const TENANT_WORKERS: usize = 4;

/// How many tenants a pipeline serves.
//
// Each costs series of metrics in every scrape, for good: names that come from outside must not be able to make any
// number of them.
pub const MAX_TENANTS: usize = 64;

/// A stage with what all tenants share in it.
pub(crate) struct Station {
    pub(crate) name: &'static str,
    stage: Instrumented,
    buffer: usize,
    width: Arc<Semaphore>,
}

impl Station {
    pub(crate) fn new(stage: Arc<dyn Stage>, metrics: Metrics) -> Station {
        let width = Arc::new(Semaphore::new(stage.workers()));
        Station { name: stage.name(), buffer: stage.buffer(), width, stage: Instrumented::new(stage, metrics) }
    }
}

// ANCHOR: lane
/// A tenant's own way into one stage.
pub(crate) struct Lane {
    station: Arc<Station>,
    /// A permit for each job that waits.
    places: Arc<Semaphore>,
    /// A permit for each job that is at work, or done and waiting for a place in the next stage.
    workers: Arc<Semaphore>,
}

impl Lane {
    fn new(station: &Arc<Station>) -> Lane {
        let (places, workers) = (Semaphore::new(station.buffer), Semaphore::new(TENANT_WORKERS));
        Lane { station: station.clone(), places: Arc::new(places), workers: Arc::new(workers) }
    }

    pub(crate) fn stage(&self) -> &'static str {
        self.station.name
    }

    /// Takes the job into the stage if there is a place for it, or gives the item back.
    pub(crate) fn try_enter(&self, item: Item) -> Result<Waiting, Item> {
        let Ok(place) = self.places.clone().try_acquire_owned() else { return Err(item) };
        Ok(Waiting { visit: self.station.stage.arrive(Job { item, payload: Vec::new() }), place })
    }

    /// Takes the job into the stage when there is a place for it. It counts as waiting from now on, so that no job is
    /// between two stages, where nobody would count it.
    pub(crate) async fn enter(&self, job: Job) -> Waiting {
        let visit = self.station.stage.arrive(job);
        Waiting { visit, place: acquire(&self.places).await }
    }

    /// Waits for a worker of the tenant's and then for one of the stage's: who waits for the second holds up nobody but
    /// its own tenant. Both are given back by a drop, whatever the stage does.
    pub(crate) async fn begin(&self, waiting: Waiting) -> (Visit, OwnedSemaphorePermit, OwnedSemaphorePermit) {
        let worker = acquire(&self.workers).await;
        let width = acquire(&self.station.width).await;
        drop(waiting.place);
        (waiting.visit, worker, width)
    }
}
// ANCHOR_END: lane

/// A job in its place.
pub(crate) struct Waiting {
    visit: Visit,
    place: OwnedSemaphorePermit,
}

async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    semaphore.clone().acquire_owned().await.expect("these semaphores are never closed")
}

/// The lanes of each tenant, made at its first item.
#[derive(Default)]
pub(crate) struct Tenants(HashMap<String, Arc<[Lane]>>);

impl Tenants {
    /// The lanes of a tenant, one for each station; `None` if there are too many tenants.
    pub(crate) fn lanes(&mut self, tenant: &str, stations: &[Arc<Station>]) -> Option<Arc<[Lane]>> {
        if let Some(lanes) = self.0.get(tenant) {
            return Some(lanes.clone());
        }
        if self.0.len() == MAX_TENANTS {
            return None;
        }
        let lanes: Arc<[Lane]> = stations.iter().map(Lane::new).collect();
        self.0.insert(tenant.to_owned(), lanes.clone());
        Some(lanes)
    }
}
