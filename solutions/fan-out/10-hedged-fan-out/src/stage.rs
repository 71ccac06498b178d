//! Many items: eight workers on one input.

use crate::{Fetched, TryFetch, hedged};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// How many items are fetched at once, at most.
pub const WORKERS: usize = 8;

/// How many results wait to be read, at most.
pub const CAPACITY: usize = 8;

// ANCHOR: fan_out
/// Fetches each item with [`hedged`](crate::hedged), [`WORKERS`] items at a time, and sends the results in any order.
/// Ends when `input` does, or at once when the output is dropped.
pub fn fan_out(input: Receiver<u64>, fetch: Arc<dyn TryFetch>) -> Receiver<Fetched> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let (input, fetch, output) = (input.clone(), fetch.clone(), output.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = output.closed() => {}
                () = worker(&input, &fetch, &output) => {}
            }
        });
    }
    receiver
}

async fn worker(input: &Mutex<Receiver<u64>>, fetch: &Arc<dyn TryFetch>, output: &Sender<Fetched>) {
    loop {
        // A statement of its own: the lock is free again before the fetch begins.
        let next = input.lock().await.recv().await;
        let Some(item) = next else { return };
        // Unwind-safe: after a panic, the attempts are dropped and nothing of them is looked at again.
        let attempts = AssertUnwindSafe(hedged(fetch.clone(), item));
        let Ok(result) = attempts.catch_unwind().await else { continue };
        if output.send(Fetched { item, result }).await.is_err() {
            return;
        }
    }
}
// ANCHOR_END: fan_out
