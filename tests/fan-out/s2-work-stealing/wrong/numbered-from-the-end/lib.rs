//! Caught by: own_items_first (fail)
//!
//! "A number is a number": the shares are popped from the list's end, and the first worker has the last one.

mod idle;

use crossbeam_deque::{Steal, Stealer, Worker};
use idle::Idle;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub struct Local<T> {
    place: usize,
    number: usize,
    deque: Worker<T>,
    shared: Arc<Shared<T>>,
}

#[derive(Debug)]
struct Shared<T> {
    stealers: Vec<Stealer<T>>,
    idle: Idle,
}

impl<T> Local<T> {
    pub fn worker(&self) -> usize {
        self.number
    }

    pub fn push(&self, item: T) {
        self.deque.push(item);
        self.shared.idle.wake_one();
    }

    fn take(&self) -> Option<T> {
        self.deque.pop().or_else(|| {
            let siblings = self.shared.stealers.len();
            let steal = || -> Steal<T> {
                // Each begins with its neighbour, so that not all thieves come to the same one.
                let victims = (1..siblings).map(|step| &self.shared.stealers[(self.place + step) % siblings]);
                victims.map(|victim| victim.steal_batch_and_pop(&self.deque)).collect()
            };
            // `Retry` is not `Empty`: somebody else was at the same end at the same moment.
            std::iter::repeat_with(steal).find(|stolen| !stolen.is_retry()).and_then(Steal::success)
        })
    }

    fn work(self, work: &impl Fn(T, &Local<T>)) -> Report<T> {
        let mut report = Report { done: 0, panicked: 0, left: Vec::new() };
        while !self.shared.idle.is_over() {
            let Some(item) = self.take() else {
                self.shared.idle.wait(|| self.shared.stealers.iter().any(|deque| !deque.is_empty()));
                continue;
            };
            match catch_unwind(AssertUnwindSafe(|| work(item, &self))) {
                Ok(()) => report.done += 1,
                Err(_) => report.panicked += 1,
            }
        }
        // Each worker empties its own deque: an item that a sibling steals meanwhile is in the sibling's.
        report.left.extend(std::iter::from_fn(|| self.deque.pop()));
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
    let deques: Vec<Worker<T>> = shares.into_iter().map(deque_of).collect();
    let stealers = deques.iter().map(Worker::stealer).collect();
    let shared = Arc::new(Shared { stealers, idle: Idle::new(deques.len()) });
    let stop = StopOnDrop(shared.clone());
    let mut places = deques.into_iter().enumerate().collect::<Vec<_>>();
    let mut locals: Vec<Local<T>> = Vec::new();
    while let Some((place, deque)) = places.pop() {
        locals.push(Local { place, number: locals.len(), deque, shared: shared.clone() });
    }
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

fn deque_of<T>(share: Vec<T>) -> Worker<T> {
    let deque = Worker::new_lifo();
    share.into_iter().for_each(|item| deque.push(item));
    deque
}

struct StopOnDrop<T>(Arc<Shared<T>>);

impl<T> Drop for StopOnDrop<T> {
    fn drop(&mut self) {
        self.0.idle.end();
    }
}
