//! Caught by: shards_run_in_parallel_and_each_in_series (bound), a_slow_event_delays_only_its_shard (fail), a_full_queue_holds_back_the_dispatcher (bound), a_reader_that_stops_parks_every_task (bound)
//!
//! "Per key means a worker for each key": as many workers as there are keys.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use tokio::sync::mpsc::{self, Receiver, Sender};
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
        let mut queues: HashMap<String, Sender<Event>> = HashMap::new();
        while let Some(event) = input.recv().await {
            let queue = queues.entry(event.key.clone()).or_insert_with(|| {
                let (queue, events) = mpsc::channel(QUEUE);
                tokio::spawn(worker(events, work.clone(), output.clone()));
                queue
            });
            if queue.send(event).await.is_err() {
                return;
            }
        }
    });
    receiver
}

async fn worker(mut events: Receiver<Event>, work: Work, output: Sender<Event>) {
    while let Some(event) = events.recv().await {
        work.run(event.value).await;
        if output.send(event).await.is_err() {
            return;
        }
    }
}
