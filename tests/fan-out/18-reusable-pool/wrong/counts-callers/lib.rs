//! Caught by: a_dropped_batch_frees_the_workers (fail), stop_finishes_what_was_accepted (fail)
//!
//! "What begins also ends": batches are counted up at the begin and down at the end, and one that is dropped has no end.

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;
use workbook::Work;
pub const WORKERS: usize = 4;
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the work on item {item} panicked")]
pub struct Panicked {
    pub item: u64,
}
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the pool is stopped; {} items were not begun", .items.len())]
pub struct Stopped {
    pub items: Vec<u64>,
}
type Job = (u64, oneshot::Sender<Result<u64, Panicked>>);
#[derive(Debug)]
pub struct Pool {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    workers: TaskTracker,
    batches: std::sync::atomic::AtomicUsize,
    over: tokio::sync::Notify,
}
impl Pool {
    pub fn new(work: Work) -> Pool {
        let (sender, receiver) = mpsc::channel::<Job>(WORKERS);
        let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
        let workers = TaskTracker::new();
        for _ in 0..WORKERS {
            let (receiver, work) = (receiver.clone(), work.clone());
            workers.spawn(async move {
                loop {
                    let next = receiver.lock().await.recv().await;
                    let Some((item, mut back)) = next else { return };
                    if back.is_closed() {
                        continue;
                    }
                    let done = AssertUnwindSafe(work.run(item)).catch_unwind();
                    tokio::select! {
                        () = back.closed() => {}
                        done = done => { let _ = back.send(done.map(|()| item * 2).map_err(|_| Panicked { item })); }
                    }
                }
            });
        }
        workers.close();
        Pool { jobs: Mutex::new(Some(sender)), workers, batches: Default::default(), over: Default::default() }
    }
    pub async fn run_batch(&self, items: Vec<u64>) -> Result<Vec<Result<u64, Panicked>>, Stopped> {
        let Some(jobs) = self.jobs.lock().unwrap().clone() else { return Err(Stopped { items }) };
        self.batches.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let jobs = &jobs;
        let mut all: Vec<_> = stream::iter(items.into_iter().enumerate())
            .map(|(place, item)| async move {
                let (back, result) = oneshot::channel();
                jobs.send((item, back)).await.expect("workers live");
                (place, result.await.expect("workers answer"))
            })
            .buffer_unordered(2 * WORKERS)
            .collect()
            .await;
        self.batches.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
        self.over.notify_waiters();
        all.sort_by_key(|(place, _)| *place);
        Ok(all.into_iter().map(|(_, r)| r).collect())
    }
    pub async fn stop(&self) {
        self.jobs.lock().unwrap().take();
        loop {
            let over = self.over.notified();
            if self.batches.load(std::sync::atomic::Ordering::SeqCst) == 0 {
                break;
            }
            over.await;
        }
        self.workers.wait().await;
    }
}
