//! Right: one actor holds all the queues. It takes an event, or the end of an event's task, and starts the next of that
//! shard; a forwarder sends what is done.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use tokio::sync::mpsc::error::SendError;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
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

#[derive(Default)]
struct Lane {
    busy: bool,
    queue: VecDeque<Event>,
}

pub fn fan_out(mut input: Receiver<Event>, work: Work) -> Receiver<Event> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        let mut lanes: Vec<Lane> = (0..WORKERS).map(|_| Lane::default()).collect();
        let mut running: JoinSet<Result<usize, SendError<Event>>> = JoinSet::new();
        let mut open = true;
        while open || !running.is_empty() {
            // An event that finds its queue full waits at its end, and the input with it.
            let room = lanes.iter().all(|lane| lane.queue.len() <= QUEUE);
            let lane = tokio::select! {
                next = input.recv(), if open && room => match next {
                    Some(event) => {
                        let lane = shard(&event.key);
                        lanes[lane].queue.push_back(event);
                        lane
                    }
                    None => {
                        open = false;
                        continue;
                    }
                },
                Some(done) = running.join_next(), if !running.is_empty() => {
                    // A panic, or a reader that is gone: the set's drop ends the rest.
                    let Ok(Ok(lane)) = done else { return };
                    lanes[lane].busy = false;
                    lane
                }
            };
            let Lane { busy, queue } = &mut lanes[lane];
            if !*busy && let Some(event) = queue.pop_front() {
                *busy = true;
                let (work, output) = (work.clone(), output.clone());
                running.spawn(async move {
                    work.run(event.value).await;
                    output.send(event).await.map(|()| lane)
                });
            }
        }
    });
    receiver
}
