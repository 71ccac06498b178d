//! Caught by: dropping_the_output_stops_everything (bound)
//!
//! "To give the item up is enough": without a reader, the worker goes on with the next item, and the service is asked for
//! all that still wait.

use crate::{Fetched, TryFetch, hedged};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
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
                    biased;
                    next = async { input.lock().await.recv().await } => next,
                    () = sender.closed() => return,
                };
                let Some(item) = next else { return };
                let attempt = AssertUnwindSafe(hedged(fetch.clone(), item)).catch_unwind();
                let done = async {
                    if let Ok(result) = attempt.await {
                        sender.send(Fetched { item, result }).await.ok();
                    }
                };
                tokio::select! {
                    () = done => {}
                    () = sender.closed() => {}
                }
            }
        });
    }
    output
}
