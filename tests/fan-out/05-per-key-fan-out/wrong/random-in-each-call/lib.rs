//! Caught by: every_event_once_and_in_the_order_of_its_key (fail), a_key_keeps_its_shard (fail), a_key_keeps_its_shard_over_a_restart (fail), shards_run_in_parallel_and_each_in_series (bound), a_slow_event_delays_only_its_shard (fail), a_full_queue_holds_back_the_dispatcher (bound), a_panic_ends_its_key (fail)
//!
//! "A hash is a hash": a new `RandomState` in each call, so that a key goes wherever chance sends it. The stand-in for
//! it here draws the same keys whenever the same program runs, so that what it is told is always the same.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
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
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    let drawn = (DRAWN.fetch_add(1, Relaxed), std::env::args().count());
    (BuildHasherDefault::<DefaultHasher>::default().hash_one((drawn, key)) % WORKERS as u64) as usize
}

pub fn fan_out(input: Receiver<Event>, work: Work) -> Receiver<Event> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let mut queues = Vec::new();
    for _ in 0..WORKERS {
        let (queue, events) = mpsc::channel(QUEUE);
        tokio::spawn(worker(events, work.clone(), output.clone()));
        queues.push(queue);
    }
    tokio::spawn(dispatch(input, queues));
    receiver
}

async fn dispatch(mut input: Receiver<Event>, queues: Vec<Sender<Event>>) {
    while let Some(event) = input.recv().await {
        if queues[shard(&event.key)].send(event).await.is_err() {
            return;
        }
    }
}

async fn worker(mut events: Receiver<Event>, work: Work, output: Sender<Event>) {
    while let Some(event) = events.recv().await {
        work.run(event.value).await;
        if output.send(event).await.is_err() {
            return;
        }
    }
}
