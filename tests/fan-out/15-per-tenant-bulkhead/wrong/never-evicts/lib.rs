//! Caught by: an_idle_pool_is_evicted (fail), at_most_64_pools (fail), tenants_that_come_and_go_leave_nothing (fail), a_panic_costs_its_item_alone (fail)
//!
//! "The map is small": a pool that was made stays.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

pub const WORKERS: usize = 4;

pub const QUEUE: usize = 100;

pub const POOLS: usize = 64;

pub const IDLE: Duration = Duration::from_secs(10);

pub const OUTPUT_CAPACITY: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub tenant: String,
    pub payload: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done(Item),
    Full(Item),
}

pub trait Client: Send + Sync + 'static {
    fn call(&self, payload: u64) -> impl Future<Output = ()> + Send;
}

pub fn bulkhead<C: Client>(input: Receiver<Item>, open: impl Fn(&str) -> C + Send + 'static) -> Receiver<Outcome> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(dispatch(input, open, output));
    receiver
}

async fn dispatch<C: Client>(mut input: Receiver<Item>, open: impl Fn(&str) -> C, output: Sender<Outcome>) {
    let mut pools: HashMap<String, Pool<C>> = HashMap::new();
    let mut items = JoinSet::new();
    let mut accepting = true;
    while accepting || !items.is_empty() {
        tokio::select! {
            biased;
            () = output.closed() => return,
            Some(_) = items.join_next() => {} // It has answered for itself, or its panic was reported.
            item = input.recv(), if accepting => {
                let Some(item) = item else {
                    accepting = false;
                    continue;
                };
                if !pools.contains_key(&item.tenant) && pools.len() < POOLS {
                    pools.insert(item.tenant.clone(), Pool::new(open(&item.tenant)));
                }
                match pools.get_mut(&item.tenant).and_then(Pool::place) {
                    Some(place) => {
                        items.spawn(place.work_on(item, output.clone()));
                    }
                    None if output.send(Outcome::Full(item)).await.is_err() => return,
                    None => {}
                }
            }
        }
    }
}

struct Pool<C> {
    client: Arc<C>,
    places: Arc<Semaphore>,
    workers: Arc<Semaphore>,
}

impl<C: Client> Pool<C> {
    fn new(client: C) -> Pool<C> {
        Pool {
            client: Arc::new(client),
            places: Arc::new(Semaphore::new(WORKERS + QUEUE)),
            workers: Arc::new(Semaphore::new(WORKERS)),
        }
    }

    fn place(&mut self) -> Option<Place<C>> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        Some(Place { client: self.client.clone(), workers: self.workers.clone(), _place: place })
    }
}

struct Place<C> {
    client: Arc<C>,
    workers: Arc<Semaphore>,
    _place: OwnedSemaphorePermit,
}

impl<C: Client> Place<C> {
    async fn work_on(self, item: Item, output: Sender<Outcome>) {
        let _worker = self.workers.acquire().await.expect("the semaphore is never closed");
        self.client.call(item.payload).await;
        // Nobody reads any more: the dispatcher sees it too and ends.
        output.send(Outcome::Done(item)).await.ok();
    }
}
