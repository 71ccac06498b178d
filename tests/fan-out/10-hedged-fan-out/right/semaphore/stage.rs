//! A dispatcher, and a task for each item under a semaphore; the permit is held until the result is sent.

use crate::{Fetched, TryFetch, hedged};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(mut input: Receiver<u64>, fetch: Arc<dyn TryFetch>) -> Receiver<Fetched> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        let permits = Arc::new(Semaphore::new(WORKERS));
        let mut running = JoinSet::new();
        let work = async {
            loop {
                let permit = permits.clone().acquire_owned().await;
                let Some(item) = input.recv().await else { break };
                let (fetch, output) = (fetch.clone(), output.clone());
                while running.try_join_next().is_some() {}
                running.spawn(async move {
                    let result = hedged(fetch, item).await;
                    output.send(Fetched { item, result }).await.ok();
                    drop(permit);
                });
            }
            while running.join_next().await.is_some() {}
        };
        tokio::select! {
            () = output.closed() => {}
            () = work => {}
        }
    });
    receiver
}
