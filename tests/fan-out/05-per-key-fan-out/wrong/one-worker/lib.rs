//! Caught by: shards_run_in_parallel_and_each_in_series (fail), a_slow_event_delays_only_its_shard (fail)
//!
//! "One worker keeps every order": there is one queue and one worker, whatever `shard` says.

use std::hash::{DefaultHasher, Hash, Hasher};
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub const WORKERS: usize = 6;
pub const QUEUE: usize = 16;
pub const OUTPUT_CAPACITY: usize = 6;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub key: String,
    pub value: u64,
}

pub fn shard(key: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    (hasher.finish() % WORKERS as u64) as usize
}

pub fn fan_out(mut input: Receiver<Event>, work: Work) -> Receiver<Event> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        while let Some(event) = input.recv().await {
            work.run(event.value).await;
            if output.send(event).await.is_err() {
                return;
            }
        }
    });
    receiver
}
