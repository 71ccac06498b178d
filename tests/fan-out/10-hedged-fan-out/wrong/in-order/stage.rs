//! Caught by: exactly_the_slow_ones_are_hedged (fail)
//!
//! "`buffered(8)` is eight at a time": a result that waits for a slow one before it takes up one of the eight places.

use crate::{Fetched, TryFetch, hedged};
use futures::{FutureExt, StreamExt};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver};
use tokio_stream::wrappers::ReceiverStream;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, fetch: Arc<dyn TryFetch>) -> Receiver<Fetched> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        let mut results = ReceiverStream::new(input)
            .map(|item| {
                let fetch = fetch.clone();
                let fetched = async move { Fetched { item, result: hedged(fetch, item).await } };
                AssertUnwindSafe(fetched).catch_unwind()
            })
            .buffered(WORKERS);
        let work = async {
            while let Some(fetched) = results.next().await {
                let Ok(fetched) = fetched else { continue };
                if output.send(fetched).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = output.closed() => {}
            () = work => {}
        }
    });
    receiver
}
