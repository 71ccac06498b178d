//! Caught by: a_panic_loses_at_most_its_item (fail)
//!
//! "An error is a `Result`": one task polls all items, and a panic in one attempt goes through it.

use crate::{Fetched, TryFetch, hedged};
use futures::StreamExt;
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
                async move { Fetched { item, result: hedged(fetch, item).await } }
            })
            .buffer_unordered(WORKERS);
        let work = async {
            while let Some(fetched) = results.next().await {
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
