//! Threads that park themselves, a list of who is parked, and a count of what is unfinished. Thieves take one item.

use crossbeam_deque::{Steal, Stealer, Worker};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub struct Local<T> {
    worker: usize,
    deque: Worker<T>,
    shared: Arc<Shared<T>>,
}

#[derive(Debug)]
struct Shared<T> {
    stealers: Vec<Stealer<T>>,
    unfinished: AtomicUsize,
    stopped: AtomicBool,
    parked: Mutex<Vec<Thread>>,
}

fn steal<T>(victim: &Stealer<T>) -> Option<T> {
    loop {
        match victim.steal() {
            Steal::Success(item) => return Some(item),
            Steal::Empty => return None,
            Steal::Retry => {}
        }
    }
}

impl<T> Shared<T> {
    fn parked(&self) -> MutexGuard<'_, Vec<Thread>> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.stopped.load(SeqCst) || self.unfinished.load(SeqCst) == 0
    }

    /// First on the list, then a last look: whoever pushes after that look finds the list.
    fn park(&self) {
        let id = thread::current().id();
        self.parked().push(thread::current());
        fence(SeqCst);
        if !self.is_over() && self.stealers.iter().all(Stealer::is_empty) {
            thread::park();
        }
        self.parked().retain(|thread| thread.id() != id);
    }

    fn wake_all(&self) {
        self.parked().drain(..).for_each(|thread| thread.unpark());
    }
}

impl<T> Local<T> {
    pub fn worker(&self) -> usize {
        self.worker
    }

    pub fn push(&self, item: T) {
        self.shared.unfinished.fetch_add(1, SeqCst);
        self.deque.push(item);
        fence(SeqCst);
        let parked = self.shared.parked().pop();
        if let Some(thread) = parked {
            thread.unpark();
        }
    }

    fn take(&self) -> Option<T> {
        let siblings = self.shared.stealers.iter();
        self.deque
            .pop()
            .or_else(|| siblings.cycle().skip(self.worker + 1).take(self.shared.stealers.len()).find_map(steal))
    }

    fn work(self, work: &impl Fn(T, &Local<T>)) -> Report<T> {
        let mut report = Report { done: 0, panicked: 0, left: Vec::new() };
        while !self.shared.is_over() {
            let Some(item) = self.take() else {
                self.shared.park();
                continue;
            };
            match catch_unwind(AssertUnwindSafe(|| work(item, &self))) {
                Ok(()) => report.done += 1,
                Err(_) => report.panicked += 1,
            }
            if self.shared.unfinished.fetch_sub(1, SeqCst) == 1 {
                self.shared.wake_all();
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
    let unfinished = AtomicUsize::new(deques.iter().map(Worker::len).sum());
    let stealers = deques.iter().map(Worker::stealer).collect();
    let shared = Arc::new(Shared { stealers, unfinished, stopped: AtomicBool::new(false), parked: Mutex::default() });
    let stop = StopOnDrop(shared.clone());
    let workers = deques.into_iter().enumerate();
    let locals: Vec<Local<T>> =
        workers.map(|(worker, deque)| Local { worker, deque, shared: shared.clone() }).collect();
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
        self.0.stopped.store(true, SeqCst);
        self.0.wake_all();
    }
}
