//! Caught by: eight_items_at_a_time (bound), a_reader_that_stops_holds_back_the_input (bound)
//!
//! "A task is cheap": each item has one of its own, and the service gets them all at once.

use crate::{Fetched, TryFetch, hedged};
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver};

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(mut input: Receiver<u64>, fetch: Arc<dyn TryFetch>) -> Receiver<Fetched> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        let items = async {
            while let Some(item) = input.recv().await {
                let (fetch, output) = (fetch.clone(), output.clone());
                tokio::spawn(async move {
                    let work = async {
                        let result = hedged(fetch, item).await;
                        output.send(Fetched { item, result }).await.ok();
                    };
                    tokio::select! {
                        () = output.closed() => {}
                        () = work => {}
                    }
                });
            }
        };
        tokio::select! {
            () = output.closed() => {}
            () = items => {}
        }
    });
    receiver
}
