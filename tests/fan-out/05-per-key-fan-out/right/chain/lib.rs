//! Right: a task for each event, which waits for the one before it in its shard. Permits of the shard bound how many
//! there are.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;
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

/// One shard: the task of its latest event, and a permit for each of its events that is not done.
struct Lane {
    latest: JoinHandle<bool>,
    permits: Arc<Semaphore>,
}

pub fn fan_out(input: Receiver<Event>, work: Work) -> Receiver<Event> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        let gone = output.clone();
        tokio::select! {
            () = dispatch(input, work, output) => {}
            () = gone.closed() => {}
        }
    });
    receiver
}

async fn dispatch(mut input: Receiver<Event>, work: Work, output: Sender<Event>) {
    let mut lanes: Vec<Lane> = (0..WORKERS)
        .map(|_| Lane { latest: tokio::spawn(async { true }), permits: Arc::new(Semaphore::new(QUEUE + 1)) })
        .collect();
    while let Some(event) = input.recv().await {
        let lane = &mut lanes[shard(&event.key)];
        let Ok(permit) = lane.permits.clone().acquire_owned().await else { return };
        let (work, output) = (work.clone(), output.clone());
        let before = std::mem::replace(&mut lane.latest, tokio::spawn(std::future::ready(true)));
        lane.latest = tokio::spawn(async move {
            let _permit = permit;
            if !before.await.unwrap_or(false) {
                return false;
            }
            work.run(event.value).await;
            output.send(event).await.is_ok()
        });
    }
}
