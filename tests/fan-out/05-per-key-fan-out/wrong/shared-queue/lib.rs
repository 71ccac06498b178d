//! Caught by: every_event_once_and_in_the_order_of_its_key (fail), shards_run_in_parallel_and_each_in_series (bound), a_slow_event_delays_only_its_shard (fail), a_full_queue_holds_back_the_dispatcher (fail), a_panic_ends_its_key (fail)
//!
//! "The input is in order, so the output is": six workers on one input. `shard` is there, and nobody asks it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tokio::sync::Mutex;
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

pub fn fan_out(input: Receiver<Event>, work: Work) -> Receiver<Event> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let (input, work, output) = (input.clone(), work.clone(), output.clone());
        tokio::spawn(async move {
            loop {
                let next = input.lock().await.recv().await;
                let Some(event) = next else { return };
                work.run(event.value).await;
                if output.send(event).await.is_err() {
                    return;
                }
            }
        });
    }
    receiver
}
