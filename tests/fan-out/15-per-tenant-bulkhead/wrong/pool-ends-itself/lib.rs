//! Caught by: an_idle_pool_is_evicted (fail), eviction_loses_no_item (fail), at_most_64_pools (fail), tenants_that_come_and_go_leave_nothing (fail)
//!
//! "A pool that is idle ends, and that is all": its entry stays, and what is sent to it counts as refused.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;
use tokio::time::timeout;

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

type Pools = Arc<Mutex<HashMap<String, Sender<Item>>>>;

pub fn bulkhead<C: Client>(mut input: Receiver<Item>, open: impl Fn(&str) -> C + Send + 'static) -> Receiver<Outcome> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        let pools = Pools::default();
        loop {
            let item = tokio::select! {
                item = input.recv() => item,
                () = output.closed() => return,
            };
            let Some(item) = item else { break };
            if let Err(item) = hand_over(item, &pools, &open, &output)
                && output.send(Outcome::Full(item)).await.is_err()
            {
                return;
            }
        }
        pools.lock().unwrap_or_else(PoisonError::into_inner).clear();
    });
    receiver
}

fn hand_over<C: Client>(
    item: Item,
    pools: &Pools,
    open: &impl Fn(&str) -> C,
    output: &Sender<Outcome>,
) -> Result<(), Item> {
    let mut map = pools.lock().unwrap_or_else(PoisonError::into_inner);
    if !map.contains_key(&item.tenant) {
        if map.len() == POOLS {
            return Err(item);
        }
        let (sender, queue) = mpsc::channel(QUEUE);
        tokio::spawn(pool(item.tenant.clone(), queue, open(&item.tenant), pools.clone(), output.clone()));
        map.insert(item.tenant.clone(), sender);
    }
    match map[&item.tenant].try_send(item) {
        Ok(()) => Ok(()),
        Err(TrySendError::Full(item) | TrySendError::Closed(item)) => Err(item),
    }
}

async fn pool<C: Client>(tenant: String, mut queue: Receiver<Item>, client: C, pools: Pools, output: Sender<Outcome>) {
    let client = Arc::new(client);
    let mut items = JoinSet::new();
    loop {
        tokio::select! {
            () = output.closed() => return,
            Some(_) = items.join_next() => {}
            next = timeout(IDLE, queue.recv()), if items.len() < WORKERS => match next {
                Ok(Some(item)) => {
                    let (client, output) = (client.clone(), output.clone());
                    items.spawn(async move {
                        client.call(item.payload).await;
                        output.send(Outcome::Done(item)).await.ok();
                    });
                }
                Ok(None) => break,
                Err(_) if items.is_empty() => {
                    let _ = (&tenant, &pools);
                    return;
                }
                Err(_) => {}
            },
        }
    }
    tokio::select! {
        () = output.closed() => {}
        () = async { while items.join_next().await.is_some() {} } => {}
    }
}
