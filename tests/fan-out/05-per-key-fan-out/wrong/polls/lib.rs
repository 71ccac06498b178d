//! Caught by: a_reader_that_stops_parks_every_task (spin)
//!
//! "Try again in a moment": the dispatcher asks the full queue every millisecond.

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
        let queue = &queues[shard(&event.key)];
        let mut event = event;
        while let Err(error) = queue.try_send(event) {
            match error {
                mpsc::error::TrySendError::Full(back) => event = back,
                mpsc::error::TrySendError::Closed(_) => return,
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
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
