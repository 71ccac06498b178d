//! A stage with a bulkhead for each tenant: a bounded pool with a client of its own, made at the tenant's first item
//! and evicted when it has been idle.
//!
//! - **Ordering**: none between items that are at work. Items of one tenant begin in the order in which they came.
//! - **Errors**: a panic in a call loses that item alone, which has no outcome. Its permits are given back by their
//!   drop, so the pool is as wide as before.
//! - **Cancellation**: dropping the output stops everything at once, wherever it waits: the dispatcher owns all tasks
//!   and drops them. Items that wait or are at work are lost.
//! - **Backpressure**: only the reader can hold the dispatcher, which waits for room for a `Full`. A pool never does:
//!   an item finds a place or comes back. An item keeps its permits until its outcome is in the output, so a slow
//!   reader fills the pools and not the memory.
//! - **Shutdown**: at the end of the input the dispatcher waits for the items that are left, not for idle times. Then
//!   it returns, and the clients and the output go with it.
//!
//! Sizes: [`WORKERS`] is what a tenant's backend was promised. [`QUEUE`] is how much of a burst is worth keeping: 25
//! rounds of work; a tenant that is further behind had better be told. [`POOLS`] bounds the clients, and with `QUEUE`
//! the memory: at most 64 × 104 items. [`IDLE`] is longer than the pauses of an active tenant, so that its connections
//! stay warm, and it is looked at every [`TICK`]: 64 pools a second cost nothing. The output holds two for each worker of
//! one tenant; more would only hide a slow reader.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// How many items of one tenant are worked on at a time.
pub const WORKERS: usize = 4;

/// How many items of one tenant wait, at most.
pub const QUEUE: usize = 100;

/// How many tenants have a pool at a time, at most.
pub const POOLS: usize = 64;

/// How long a pool without an item is kept.
pub const IDLE: Duration = Duration::from_secs(10);

/// How many outcomes wait to be read, at most.
pub const OUTPUT_CAPACITY: usize = 8;

/// How often the pools are looked at: an idle one is gone at most so much later than [`IDLE`].
const TICK: Duration = Duration::from_secs(1);

/// Something to do for a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// For whom.
    pub tenant: String,
    /// What the client is called with.
    pub payload: u64,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The call has returned.
    Done(Item),
    /// There was no room for the item: its tenant's queue is full, or too many tenants have a pool. It was not begun.
    Full(Item),
}

/// A tenant's own way to its work. It lives as long as the tenant's pool.
pub trait Client: Send + Sync + 'static {
    /// Does the work of one item. To drop the future cancels the work.
    fn call(&self, payload: u64) -> impl Future<Output = ()> + Send;
}

/// Works on each item in the pool of its tenant and answers it with an [`Outcome`]. Ends when `input` does, and at
/// once when the output is dropped.
pub fn bulkhead<C: Client>(input: Receiver<Item>, open: impl Fn(&str) -> C + Send + 'static) -> Receiver<Outcome> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(dispatch(input, open, output));
    receiver
}

// ANCHOR: dispatch
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
// ANCHOR_END: dispatch

// ANCHOR: pool
/// What a tenant has for itself.
struct Pool<C> {
    client: Arc<C>,
    /// A permit for each item that waits or is at work.
    places: Arc<Semaphore>,
    /// A permit for each item that is at work.
    workers: Arc<Semaphore>,
    /// How many ticks in a row have seen it empty, and no item since.
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

    /// A place for one more item, if there is one. It does not wait.
    fn place(&mut self) -> Option<Place<C>> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        self.empty_ticks = 0;
        Some(Place { client: self.client.clone(), workers: self.workers.clone(), _place: place })
    }

    /// Counts a tick. The first empty one comes up to a [`TICK`] after the last item, so one more than fit into
    /// [`IDLE`] makes it idle for at least that long.
    fn stays(&mut self) -> bool {
        let empty = self.places.available_permits() == WORKERS + QUEUE;
        self.empty_ticks = if empty { self.empty_ticks + 1 } else { 0 };
        TICK * self.empty_ticks <= IDLE
    }
}
// ANCHOR_END: pool

// ANCHOR: place
/// A place in a pool, for one item. To drop it gives it back, after a panic too.
struct Place<C> {
    client: Arc<C>,
    workers: Arc<Semaphore>,
    _place: OwnedSemaphorePermit,
}

impl<C: Client> Place<C> {
    /// Waits for a worker, in the order of the places, works, and keeps both until the outcome is in the output.
    async fn work_on(self, item: Item, output: Sender<Outcome>) {
        let _worker = self.workers.acquire().await.expect("the semaphore is never closed");
        self.client.call(item.payload).await;
        // Nobody reads any more: the dispatcher sees it too and ends.
        output.send(Outcome::Done(item)).await.ok();
    }
}
// ANCHOR_END: place
