//! Right: one task has every tenant's queue as a plain list. It starts the next item of a tenant when one of its items
//! has ended, by whatever end.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep_until};

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

struct Pool<C> {
    client: Arc<C>,
    at_work: usize,
    queue: VecDeque<Item>,
    idle_since: Instant,
}

impl<C> Pool<C> {
    fn end(&self) -> Option<Instant> {
        (self.at_work == 0).then(|| self.idle_since + IDLE)
    }
}

pub fn bulkhead<C: Client>(mut input: Receiver<Item>, open: impl Fn(&str) -> C + Send + 'static) -> Receiver<Outcome> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        let mut pools: HashMap<String, Pool<C>> = HashMap::new();
        let mut running: JoinSet<()> = JoinSet::new();
        let mut tenants: HashMap<Id, String> = HashMap::new();
        let mut open_input = true;
        while open_input || !running.is_empty() {
            let eviction = pools.values().filter_map(Pool::end).min();
            let tenant = tokio::select! {
                () = output.closed() => return,
                Some(ended) = running.join_next_with_id() => {
                    let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                    let tenant = tenants.remove(&id).expect("every task is noted");
                    let pool = pools.get_mut(&tenant).expect("a pool with work stays");
                    pool.at_work -= 1;
                    pool.idle_since = Instant::now();
                    tenant
                }
                () = sleep_until(eviction.unwrap_or_else(Instant::now)), if eviction.is_some() => {
                    pools.retain(|_, pool| pool.end().is_none_or(|end| end > Instant::now()));
                    continue;
                }
                item = input.recv(), if open_input => {
                    let Some(item) = item else {
                        open_input = false;
                        continue;
                    };
                    let tenant = item.tenant.clone();
                    if !pools.contains_key(&tenant) && pools.len() < POOLS {
                        let pool = Pool {
                            client: Arc::new(open(&tenant)),
                            at_work: 0,
                            queue: VecDeque::new(),
                            idle_since: Instant::now(),
                        };
                        pools.insert(tenant.clone(), pool);
                    }
                    match pools.get_mut(&tenant) {
                        Some(pool) if pool.queue.len() < QUEUE => pool.queue.push_back(item),
                        _ if output.send(Outcome::Full(item)).await.is_err() => return,
                        _ => continue,
                    }
                    tenant
                }
            };
            let Some(pool) = pools.get_mut(&tenant) else { continue };
            if pool.at_work < WORKERS
                && let Some(item) = pool.queue.pop_front()
            {
                pool.at_work += 1;
                let (client, output) = (pool.client.clone(), output.clone());
                let task = running.spawn(async move {
                    client.call(item.payload).await;
                    output.send(Outcome::Done(item)).await.ok();
                });
                tenants.insert(task.id(), tenant);
            }
        }
    });
    receiver
}
