//! Caught by: own_items_first (fail)
//!
//! "One queue is fair to all": everybody takes from a shared injector, as with a channel, and there is nothing to steal.

mod idle;

use crossbeam_deque::{Injector, Steal};
use idle::Idle;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub struct Local<T> {
    worker: usize,
    shared: Arc<Shared<T>>,
}

#[derive(Debug)]
struct Shared<T> {
    queue: Injector<T>,
    idle: Idle,
}

impl<T> Local<T> {
    pub fn worker(&self) -> usize {
        self.worker
    }

    pub fn push(&self, item: T) {
        self.shared.queue.push(item);
        self.shared.idle.wake_one();
    }

    fn take(&self) -> Option<T> {
        std::iter::repeat_with(|| self.shared.queue.steal()).find(|stolen| !stolen.is_retry()).and_then(Steal::success)
    }

    fn work(self, work: &impl Fn(T, &Local<T>)) -> Report<T> {
        let mut report = Report { done: 0, panicked: 0, left: Vec::new() };
        while !self.shared.idle.is_over() {
            let Some(item) = self.take() else {
                self.shared.idle.wait(|| !self.shared.queue.is_empty());
                continue;
            };
            match catch_unwind(AssertUnwindSafe(|| work(item, &self))) {
                Ok(()) => report.done += 1,
                Err(_) => report.panicked += 1,
            }
        }
        // Each worker empties its own deque: an item that a sibling steals meanwhile is in the sibling's.
        report.left.extend(std::iter::from_fn(|| self.take()));
        report
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Report<T> {
    pub done: u64,
    pub panicked: u64,
    pub left: Vec<T>,
}

impl<T> Report<T> {
    fn and(self, mut other: Report<T>) -> Report<T> {
        other.left.extend(self.left);
        Report { done: self.done + other.done, panicked: self.panicked + other.panicked, left: other.left }
    }
}

pub async fn run<T, F>(shares: Vec<Vec<T>>, work: F, token: CancellationToken) -> Report<T>
where
    T: Send + 'static,
    F: Fn(T, &Local<T>) + Send + Sync + 'static,
{
    let (workers, queue) = (shares.len(), Injector::new());
    shares.into_iter().flatten().for_each(|item| queue.push(item));
    let shared = Arc::new(Shared { queue, idle: Idle::new(workers) });
    let stop = StopOnDrop(shared.clone());
    let locals: Vec<Local<T>> = (0..workers).map(|worker| Local { worker, shared: shared.clone() }).collect();
    let mut running = spawn_blocking(move || {
        thread::scope(|scope| {
            let work = &work;
            let start = |local: Local<T>| scope.spawn(move || local.work(work));
            let threads: Vec<_> = locals.into_iter().map(start).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("the work's panics are caught"))
                .fold(Report { done: 0, panicked: 0, left: Vec::new() }, Report::and)
        })
    });
    let report = tokio::select! {
        report = &mut running => report,
        () = token.cancelled() => {
            drop(stop);
            running.await
        }
    };
    report.expect("the work's panics are caught")
}

struct StopOnDrop<T>(Arc<Shared<T>>);

impl<T> Drop for StopOnDrop<T> {
    fn drop(&mut self) {
        self.0.idle.end();
    }
}
