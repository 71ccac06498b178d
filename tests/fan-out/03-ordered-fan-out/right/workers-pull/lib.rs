//! No dispatcher: the input is behind a lock, and each worker admits, takes and reports gaps for itself. A
//! supervisor and the emitter are tasks of their own; permits go back before the send. Panics end a task per item.

mod reorder;

pub use reorder::{Missing, ReorderBuffer};

use std::future::poll_fn;
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Mutex, Semaphore};
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
    let window = Arc::new(Semaphore::new(WINDOW));
    let buffer = Arc::new(ReorderBuffer::new());
    let input = Arc::new(Mutex::new(Input { input, expected: 0 }));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(worker(input.clone(), work.clone(), window.clone(), buffer.clone()));
    }
    let (reader, done) = (output.clone(), buffer.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = async { while workers.join_next().await.is_some() {} } => done.close(),
            () = reader.closed() => {}
        }
    });
    tokio::spawn(async move {
        tokio::select! {
            () = emit(&buffer, &output, &window) => {}
            () = output.closed() => {}
        }
    });
    receiver
}

struct Input {
    input: Receiver<Tagged<u64>>,
    expected: u64,
}

async fn worker(input: Arc<Mutex<Input>>, work: Work, window: Arc<Semaphore>, buffer: Arc<ReorderBuffer<u64>>) {
    loop {
        let job = next(&mut *input.lock().await, &window, &buffer).await;
        let Some(Tagged { seq, value }) = job else { return };
        let work = work.clone();
        match JoinSet::from_iter([async move { work.run(value).await }]).join_next().await {
            Some(Ok(())) => buffer.insert(Tagged { seq, value: value * 2 }),
            _ => buffer.lose(seq),
        }
    }
}

async fn next(input: &mut Input, window: &Semaphore, buffer: &ReorderBuffer<u64>) -> Option<Tagged<u64>> {
    let job = input.input.recv().await?;
    for seq in input.expected..job.seq {
        window.acquire().await.ok()?.forget();
        buffer.lose(seq);
    }
    window.acquire().await.ok()?.forget();
    input.expected = job.seq + 1;
    Some(job)
}

async fn emit(buffer: &ReorderBuffer<u64>, output: &Sender<Result<Tagged<u64>, Missing>>, window: &Semaphore) {
    while let Some(result) = poll_fn(|cx| buffer.poll_next(cx)).await {
        window.add_permits(1);
        if output.send(result).await.is_err() {
            return;
        }
    }
}
