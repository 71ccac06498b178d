//! Caught by: a_failed_item_has_its_result_too (fail)
//!
//! "What failed is no result": an item whose two attempts have failed is missing from the output.

use crate::{Fetched, TryFetch, hedged};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, fetch: Arc<dyn TryFetch>) -> Receiver<Fetched> {
    let (sender, output) = mpsc::channel(CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let (input, fetch, sender) = (input.clone(), fetch.clone(), sender.clone());
        tokio::spawn(async move {
            loop {
                let next = tokio::select! {
                    () = sender.closed() => return,
                    next = async { input.lock().await.recv().await } => next,
                };
                let Some(item) = next else { return };
                let attempt = tokio_util::task::AbortOnDropHandle::new(tokio::spawn(hedged(fetch.clone(), item)));
                let done = tokio::select! {
                    () = sender.closed() => return,
                    done = attempt => done,
                };
                if let Ok(Ok(value)) = done {
                    sender.send(Fetched { item, result: Ok(value) }).await.ok();
                }
            }
        });
    }
    output
}
