//! Right: no task for each worker. One task polls the dispatcher and six loops side by side, and ends them together.

use futures::future::{join_all, select};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::pin;
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
    tokio::spawn(async move {
        let gone = output.clone();
        let (queues, workers): (Vec<_>, Vec<_>) = (0..WORKERS)
            .map(|_| {
                let (queue, events) = mpsc::channel(QUEUE);
                (queue, worker(events, work.clone(), output.clone()))
            })
            .unzip();
        let all = pin!(async { tokio::join!(dispatch(input, queues), join_all(workers)) });
        select(all, pin!(gone.closed())).await;
    });
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
