//! No buffer: the dispatcher queues a `oneshot` for each number, in order, and the emitter awaits them one by one.
//! The queue and the one that is awaited are the window; a panic drops its sender.

mod reorder;

pub use reorder::{Missing, ReorderBuffer};

use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use workbook::Work;
pub const WORKERS: usize = 8;
pub const WINDOW: usize = 32;
pub const OUTPUT_CAPACITY: usize = 4;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tagged<T> {
    pub seq: u64,
    pub value: T,
}
pub fn ordered_doubler(input: Receiver<Tagged<u64>>, work: Work) -> Receiver<Result<Tagged<u64>, Missing>> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        tokio::select! {
            () = run(input, work, &output) => {}
            () = output.closed() => {}
        }
    });
    receiver
}

type Place = (u64, oneshot::Receiver<u64>);

async fn run(input: Receiver<Tagged<u64>>, work: Work, output: &Sender<Result<Tagged<u64>, Missing>>) {
    let (places, queue) = mpsc::channel(WINDOW - 1);
    tokio::join!(dispatch(input, work, places), emit(queue, output));
}

async fn dispatch(mut input: Receiver<Tagged<u64>>, work: Work, places: Sender<Place>) {
    let width = Arc::new(Semaphore::new(WORKERS));
    let mut tasks = JoinSet::new();
    let mut expected = 0;
    while let Some(Tagged { seq, value }) = input.recv().await {
        for missing in expected..seq {
            let (_, never) = oneshot::channel();
            if places.send((missing, never)).await.is_err() {
                return;
            }
        }
        expected = seq + 1;
        let (done, place) = oneshot::channel();
        if places.send((seq, place)).await.is_err() {
            return;
        }
        let Ok(permit) = width.clone().acquire_owned().await else { return };
        let work = work.clone();
        tasks.spawn(async move {
            let _permit = permit;
            work.run(value).await;
            let _ = done.send(value * 2);
        });
        while tasks.try_join_next().is_some() {}
    }
    drop(places);
    while tasks.join_next().await.is_some() {}
}

async fn emit(mut queue: Receiver<Place>, output: &Sender<Result<Tagged<u64>, Missing>>) {
    while let Some((seq, place)) = queue.recv().await {
        let result = place.await.map(|value| Tagged { seq, value }).map_err(|_| Missing { seq });
        if output.send(result).await.is_err() {
            return;
        }
    }
}
