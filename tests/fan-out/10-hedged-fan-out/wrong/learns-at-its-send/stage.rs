//! Caught by: dropping_the_output_stops_everything (leak)
//!
//! "A send that fails is how one learns that the reader is gone": until then, attempts go on for nobody.

use crate::{Fetched, TryFetch, hedged};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, fetch: Arc<dyn TryFetch>) -> Receiver<Fetched> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let (input, fetch, output) = (input.clone(), fetch.clone(), output.clone());
        tokio::spawn(async move {
            loop {
                let next = input.lock().await.recv().await;
                let Some(item) = next else { return };
                let attempts = AssertUnwindSafe(hedged(fetch.clone(), item));
                let Ok(result) = attempts.catch_unwind().await else { continue };
                if output.send(Fetched { item, result }).await.is_err() {
                    return;
                }
            }
        });
    }
    receiver
}
