//! Right: a dispatcher that hands each item to a worker that has said that it is idle, through the worker's own channel.

use crate::{Panicked, Stopped, WORKERS};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_util::task::TaskTracker;
use workbook::Work;

const QUEUE: usize = WORKERS;

type Answer = (usize, Result<u64, Panicked>);
type Job = (usize, u64, Sender<Answer>);

#[derive(Debug)]
pub struct Pool {
    queue: Mutex<Option<Sender<Job>>>,
    tasks: TaskTracker,
}

impl Pool {
    pub fn new(work: Work) -> Pool {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (idle, free) = mpsc::channel(WORKERS);
        let tasks = TaskTracker::new();
        let mut inboxes = Vec::new();
        for number in 0..WORKERS {
            let (inbox, own) = mpsc::channel(1);
            tasks.spawn(worker(number, idle.clone(), own, work.clone()));
            inboxes.push(inbox);
        }
        tasks.spawn(dispatch(jobs, free, inboxes));
        tasks.close();
        Pool { queue: Mutex::new(Some(queue)), tasks }
    }

    pub async fn run_batch(&self, items: Vec<u64>) -> Result<Vec<Result<u64, Panicked>>, Stopped> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(queue) = queue else { return Err(Stopped { items }) };
        let (done, mut answers) = mpsc::channel(items.len().max(1));
        for (place, item) in items.into_iter().enumerate() {
            queue.send((place, item, done.clone())).await.ok();
        }
        drop((queue, done));
        let mut all = Vec::new();
        while let Some(answer) = answers.recv().await {
            all.push(answer);
        }
        all.sort_unstable_by_key(|(place, _)| *place);
        Ok(all.into_iter().map(|(_, result)| result).collect())
    }

    pub async fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.tasks.wait().await;
    }
}

async fn dispatch(mut jobs: Receiver<Job>, mut free: Receiver<usize>, inboxes: Vec<Sender<Job>>) {
    while let Some(number) = free.recv().await {
        let Some(job) = jobs.recv().await else { return };
        inboxes[number].send(job).await.ok();
    }
}

async fn worker(number: usize, idle: Sender<usize>, mut own: Receiver<Job>, work: Work) {
    while idle.send(number).await.is_ok() {
        let Some((place, item, done)) = own.recv().await else { return };
        let ended = tokio::select! {
            biased;
            () = done.closed() => continue,
            ended = AssertUnwindSafe(work.run(item)).catch_unwind() => ended,
        };
        done.send((place, ended.map(|()| item * 2).map_err(|_| Panicked { item }))).await.ok();
    }
}
