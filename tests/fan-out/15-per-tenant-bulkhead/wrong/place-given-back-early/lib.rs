//! Caught by: a_reader_that_stops_holds_back_the_input (bound)
//!
//! "The work is done, so the place is free": the outcome is sent from a task of its own, and nothing counts how many
//! of these wait for the reader.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

pub const WORKERS: usize = 4;

pub const QUEUE: usize = 100;

pub const POOLS: usize = 64;

pub const IDLE: Duration = Duration::from_secs(10);

pub const OUTPUT_CAPACITY: usize = 8;

const TICK: Duration = Duration::from_secs(1);

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
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while accepting || !items.is_empty() {
        tokio::select! {
            biased;
            () = output.closed() => return,
            Some(_) = items.join_next() => {} // It has answered for itself, or its panic was reported.
            _ = ticks.tick(), if !pools.is_empty() => pools.retain(|_, pool| pool.stays()),
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
    empty_ticks: u32,
}

impl<C: Client> Pool<C> {
    fn new(client: C) -> Pool<C> {
        Pool {
            client: Arc::new(client),
            places: Arc::new(Semaphore::new(WORKERS + QUEUE)),
            workers: Arc::new(Semaphore::new(WORKERS)),
            empty_ticks: 0,
        }
    }

    fn place(&mut self) -> Option<Place<C>> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        self.empty_ticks = 0;
        Some(Place { client: self.client.clone(), workers: self.workers.clone(), _place: place })
    }

    fn stays(&mut self) -> bool {
        let empty = self.places.available_permits() == WORKERS + QUEUE;
        self.empty_ticks = if empty { self.empty_ticks + 1 } else { 0 };
        TICK * self.empty_ticks <= IDLE
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
        tokio::spawn(async move { output.send(Outcome::Done(item)).await.ok() });
    }
}
