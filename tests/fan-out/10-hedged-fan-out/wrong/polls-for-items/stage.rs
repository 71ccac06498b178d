//! Caught by: a_reader_that_stops_holds_back_the_input (spin)
//!
//! "Empty means try again in a moment": a loop around `try_recv` with a pause of a millisecond.

use crate::{Fetched, TryFetch, hedged};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::mpsc::error::TryRecvError;
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
                    next = next(&input) => next,
                };
                let Some(item) = next else { return };
                let attempt = tokio_util::task::AbortOnDropHandle::new(tokio::spawn(hedged(fetch.clone(), item)));
                let done = tokio::select! {
                    () = sender.closed() => return,
                    done = attempt => done,
                };
                if let Ok(result) = done {
                    sender.send(Fetched { item, result }).await.ok();
                }
            }
        });
    }
    output
}

async fn next(input: &Mutex<Receiver<u64>>) -> Option<u64> {
    loop {
        let next = input.lock().await.try_recv();
        match next {
            Ok(item) => return Some(item),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}
