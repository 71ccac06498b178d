//! Right: one queue with many receivers, a oneshot back for each item, and a supervisor that replaces a worker that a
//! panic has ended.

use crate::{Panicked, Stopped, WORKERS};
use async_channel::{Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_util::task::TaskTracker;
use workbook::Work;

const QUEUE: usize = WORKERS;

type Job = (u64, oneshot::Sender<u64>);

#[derive(Debug)]
pub struct Pool {
    queue: Mutex<Option<Sender<Job>>>,
    supervisor: TaskTracker,
}

impl Pool {
    pub fn new(work: Work) -> Pool {
        let (queue, jobs) = async_channel::bounded(QUEUE);
        let supervisor = TaskTracker::new();
        supervisor.spawn(supervise(jobs, work));
        supervisor.close();
        Pool { queue: Mutex::new(Some(queue)), supervisor }
    }

    pub async fn run_batch(&self, items: Vec<u64>) -> Result<Vec<Result<u64, Panicked>>, Stopped> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(queue) = queue else { return Err(Stopped { items }) };
        let mut waiting = Vec::with_capacity(items.len());
        for item in items {
            let (done, result) = oneshot::channel();
            queue.send((item, done)).await.ok();
            waiting.push((item, result));
        }
        drop(queue);
        let mut results = Vec::with_capacity(waiting.len());
        for (item, result) in waiting {
            results.push(result.await.map_err(|_| Panicked { item }));
        }
        Ok(results)
    }

    pub async fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.supervisor.wait().await;
    }
}

async fn supervise(jobs: Receiver<Job>, work: Work) {
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(worker(jobs.clone(), work.clone()));
    }
    while let Some(ended) = workers.join_next().await {
        if ended.is_err() {
            workers.spawn(worker(jobs.clone(), work.clone()));
        }
    }
}

async fn worker(jobs: Receiver<Job>, work: Work) {
    while let Ok((item, mut done)) = jobs.recv().await {
        tokio::select! {
            biased;
            () = done.closed() => continue,
            () = work.run(item) => {}
        }
        done.send(item * 2).ok();
    }
}
