//! Many items: eight workers on one input.

use crate::{Fetched, TryFetch};
use std::sync::Arc;
use tokio::sync::mpsc::Receiver;

/// How many items are fetched at once, at most.
pub const WORKERS: usize = 8;

/// How many results wait to be read, at most.
pub const CAPACITY: usize = 8;

/// Fetches each item with [`hedged`](crate::hedged), [`WORKERS`] items at a time, and sends the results in any order.
/// Ends when `input` does, or at once when the output is dropped.
pub fn fan_out(input: Receiver<u64>, fetch: Arc<dyn TryFetch>) -> Receiver<Fetched> {
    let _ = (input, fetch);
    todo!("work on WORKERS items at a time, each with `hedged`, and stop where you are when the output is dropped")
}
