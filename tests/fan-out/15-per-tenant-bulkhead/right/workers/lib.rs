//! Right: four workers for each tenant around one queue, which catch panics. A ticket with each item tells the
//! dispatcher whether a pool has any.

use futures::FutureExt;
use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::interval;

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

type Ticket = Arc<()>;

struct Pool {
    queue: Sender<(Item, Ticket)>,
    ticket: Ticket,
    idle: u32,
}

pub fn bulkhead<C: Client>(mut input: Receiver<Item>, open: impl Fn(&str) -> C + Send + 'static) -> Receiver<Outcome> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        let mut pools: HashMap<String, Pool> = HashMap::new();
        let mut ticks = interval(Duration::from_millis(500));
        loop {
            let item = tokio::select! {
                () = output.closed() => return,
                _ = ticks.tick(), if !pools.is_empty() => {
                    pools.retain(|_, pool| {
                        pool.idle = if Arc::strong_count(&pool.ticket) == 1 { pool.idle + 1 } else { 0 };
                        pool.idle <= 20
                    });
                    continue;
                }
                item = input.recv() => item,
            };
            let Some(item) = item else { return };
            if !pools.contains_key(&item.tenant) && pools.len() < POOLS {
                pools.insert(item.tenant.clone(), new_pool(open(&item.tenant), &output));
            }
            let refused = match pools.get_mut(&item.tenant) {
                None => Some(item),
                Some(pool) => {
                    pool.idle = 0;
                    let sent = pool.queue.try_send((item, pool.ticket.clone()));
                    sent.err().map(|error| match error {
                        TrySendError::Full((item, _)) | TrySendError::Closed((item, _)) => item,
                    })
                }
            };
            if let Some(item) = refused
                && output.send(Outcome::Full(item)).await.is_err()
            {
                return;
            }
        }
    });
    receiver
}

fn new_pool<C: Client>(client: C, output: &Sender<Outcome>) -> Pool {
    let (queue, items) = mpsc::channel(QUEUE);
    let (items, client) = (Arc::new(Mutex::new(items)), Arc::new(client));
    for _ in 0..WORKERS {
        let (items, client, output) = (items.clone(), client.clone(), output.clone());
        tokio::spawn(async move {
            let gone = output.clone();
            tokio::select! {
                () = gone.closed() => {}
                () = worker(items, client, output) => {}
            }
        });
    }
    Pool { queue, ticket: Ticket::default(), idle: 0 }
}

async fn worker<C: Client>(items: Arc<Mutex<Receiver<(Item, Ticket)>>>, client: Arc<C>, output: Sender<Outcome>) {
    loop {
        let next = items.lock().await.recv().await;
        let Some((item, _ticket)) = next else { return };
        let called = AssertUnwindSafe(client.call(item.payload)).catch_unwind().await;
        if called.is_ok() && output.send(Outcome::Done(item)).await.is_err() {
            return;
        }
    }
}
