//! Caught by: a_panic_loses_at_most_its_item (fail)
//!
//! "A panic ends its task, and the others go on": each panic costs one of the eight, and the eighth the last.

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
            let closed = sender.clone();
            let worker = async {
                loop {
                    let next = input.lock().await.recv().await;
                    let Some(item) = next else { return };
                    let result = hedged(fetch.clone(), item).await;
                    if sender.send(Fetched { item, result }).await.is_err() {
                        return;
                    }
                }
            };
            tokio::select! {
                () = closed.closed() => {}
                () = worker => {}
            }
        });
    }
    output
}
