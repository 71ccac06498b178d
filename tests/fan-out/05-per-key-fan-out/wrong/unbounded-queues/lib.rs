//! Caught by: a_full_queue_holds_back_the_dispatcher (bound), a_reader_that_stops_parks_every_task (bound), dropping_the_output_stops_every_task (leak)
//!
//! "The dispatcher must never wait": unbounded queues, which grow behind a slow key or a slow reader.

use std::hash::{DefaultHasher, Hash, Hasher};
use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};
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
        let (queue, events) = mpsc::unbounded_channel();
        tokio::spawn(worker(events, work.clone(), output.clone()));
        queues.push(queue);
    }
    tokio::spawn(dispatch(input, queues));
    receiver
}

async fn dispatch(mut input: Receiver<Event>, queues: Vec<UnboundedSender<Event>>) {
    while let Some(event) = input.recv().await {
        if queues[shard(&event.key)].send(event).is_err() {
            return;
        }
    }
}

async fn worker(mut events: UnboundedReceiver<Event>, work: Work, output: Sender<Event>) {
    while let Some(event) = events.recv().await {
        work.run(event.value).await;
        if output.send(event).await.is_err() {
            return;
        }
    }
}
