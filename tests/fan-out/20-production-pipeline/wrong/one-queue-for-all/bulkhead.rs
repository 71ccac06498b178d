//! Caught by: every_item_passes_every_stage_once (fail), a_slow_tenant_holds_up_nobody (fail), a_cancel_gives_up_everything (fail)
//!
//! "A stage has a buffer": all tenants wait in it, and one can fill it.

use crate::{Instrumented, Item, Job, Metrics, Stage, Visit};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub const TENANT_WORKERS: usize = 4;

pub const MAX_TENANTS: usize = 64;

pub(crate) struct Station {
    pub(crate) name: &'static str,
    stage: Instrumented,
    width: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Station {
    pub(crate) fn new(stage: Arc<dyn Stage>, metrics: Metrics) -> Station {
        let width = Arc::new(Semaphore::new(stage.workers()));
        Station {
            name: stage.name(),
            places: Arc::new(Semaphore::new(stage.buffer())),
            width,
            stage: Instrumented::new(stage, metrics),
        }
    }
}

pub(crate) struct Lane {
    station: Arc<Station>,
    places: Arc<Semaphore>,
    workers: Arc<Semaphore>,
}

impl Lane {
    fn new(station: &Arc<Station>) -> Lane {
        let (places, workers) = (station.places.clone(), Semaphore::new(TENANT_WORKERS));
        Lane { station: station.clone(), places, workers: Arc::new(workers) }
    }

    pub(crate) fn stage(&self) -> &'static str {
        self.station.name
    }

    pub(crate) fn try_enter(&self, item: Item) -> Result<Waiting, Item> {
        let Ok(place) = self.places.clone().try_acquire_owned() else { return Err(item) };
        Ok(Waiting { visit: self.station.stage.arrive(Job { item, payload: Vec::new() }), place })
    }

    pub(crate) async fn enter(&self, job: Job) -> Waiting {
        let visit = self.station.stage.arrive(job);
        Waiting { visit, place: acquire(&self.places).await }
    }

    pub(crate) async fn begin(&self, waiting: Waiting) -> (Visit, OwnedSemaphorePermit, OwnedSemaphorePermit) {
        let worker = acquire(&self.workers).await;
        let width = acquire(&self.station.width).await;
        drop(waiting.place);
        (waiting.visit, worker, width)
    }
}

pub(crate) struct Waiting {
    visit: Visit,
    place: OwnedSemaphorePermit,
}

async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    semaphore.clone().acquire_owned().await.expect("these semaphores are never closed")
}

#[derive(Default)]
pub(crate) struct Tenants(HashMap<String, Arc<[Lane]>>);

impl Tenants {
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
