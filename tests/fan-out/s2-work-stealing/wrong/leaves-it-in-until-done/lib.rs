//! Caught by: what_is_pushed_is_done (fail)
//!
//! "An item leaves its deque when it is done, so that nothing is lost if its worker dies": a slot is emptied at the
//! beginning and removed at the end, by its place. A thief has moved the places meanwhile.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub struct Local<T> {
    worker: usize,
    shared: Arc<Shared<T>>,
}

/// Empty while its item is at work.
type Slot<T> = Option<T>;

#[derive(Debug)]
struct Shared<T> {
    deques: Vec<Mutex<VecDeque<Slot<T>>>>,
    stop: AtomicBool,
    idle: Mutex<usize>,
    changed: Condvar,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Shared<T> {
    fn is_empty(&self) -> bool {
        self.deques.iter().all(|deque| lock(deque).iter().all(Option::is_none))
    }

    fn stop(&self) {
        self.stop.store(true, SeqCst);
        let _idle = lock(&self.idle);
        self.changed.notify_all();
    }

    /// Parks until there may be an item. Whoever is the last to come here, and finds nothing, ends it for all.
    fn park(&self) {
        let mut idle = lock(&self.idle);
        *idle += 1;
        while !self.stop.load(SeqCst) && self.is_empty() {
            if *idle == self.deques.len() {
                self.stop.store(true, SeqCst);
                self.changed.notify_all();
            } else {
                idle = self.changed.wait(idle).unwrap_or_else(PoisonError::into_inner);
            }
        }
        *idle -= 1;
    }
}

impl<T> Local<T> {
    pub fn worker(&self) -> usize {
        self.worker
    }

    pub fn push(&self, item: T) {
        lock(&self.shared.deques[self.worker]).push_back(Some(item));
        let _idle = lock(&self.shared.idle);
        self.shared.changed.notify_one();
    }

    /// An item, and the place of its slot in the own deque.
    fn take(&self) -> Option<(T, Option<usize>)> {
        let deques = &self.shared.deques;
        let own = lock(&deques[self.worker])
            .iter_mut()
            .enumerate()
            .rev()
            .find_map(|(at, slot)| Some((slot.take()?, Some(at))));
        own.or_else(|| {
            (1..deques.len()).find_map(|step| {
                let mut victim = lock(&deques[(self.worker + step) % deques.len()]);
                while let Some(slot) = victim.pop_front() {
                    if let Some(item) = slot {
                        return Some((item, None));
                    }
                }
                None
            })
        })
    }

    fn work(self, work: &impl Fn(T, &Local<T>)) -> Report<T> {
        let mut report = Report { done: 0, panicked: 0, left: Vec::new() };
        while !self.shared.stop.load(SeqCst) {
            match self.take() {
                Some((item, place)) => {
                    match catch_unwind(AssertUnwindSafe(|| work(item, &self))) {
                        Ok(()) => report.done += 1,
                        Err(_) => report.panicked += 1,
                    }
                    if let Some(at) = place {
                        lock(&self.shared.deques[self.worker]).remove(at);
                    }
                }
                None => self.shared.park(),
            }
        }
        report.left.extend(lock(&self.shared.deques[self.worker]).drain(..).flatten());
        report
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Report<T> {
    pub done: u64,
    pub panicked: u64,
    pub left: Vec<T>,
}

pub async fn run<T, F>(shares: Vec<Vec<T>>, work: F, token: CancellationToken) -> Report<T>
where
    T: Send + 'static,
    F: Fn(T, &Local<T>) + Send + Sync + 'static,
{
    let shared = Arc::new(Shared {
        deques: shares.into_iter().map(|share| Mutex::new(share.into_iter().map(Some).collect())).collect(),
        stop: AtomicBool::new(false),
        idle: Mutex::new(0),
        changed: Condvar::new(),
    });
    let work = Arc::new(work);
    let _stop = StopOnDrop(shared.clone());
    let (mut reports, mut threads) = (Vec::new(), Vec::new());
    for worker in 0..shared.deques.len() {
        let (local, work) = (Local { worker, shared: shared.clone() }, work.clone());
        let (sender, report) = oneshot::channel();
        threads.push(thread::spawn(move || {
            let _ = sender.send(local.work(&*work));
        }));
        reports.push(report);
    }
    let mut sum = Report { done: 0, panicked: 0, left: Vec::new() };
    for mut report in reports {
        let report = tokio::select! {
            report = &mut report => report,
            () = token.cancelled() => {
                shared.stop();
                report.await
            }
        };
        let report = report.expect("the work's panics are caught");
        (sum.done, sum.panicked) = (sum.done + report.done, sum.panicked + report.panicked);
        sum.left.extend(report.left);
    }
    for thread in threads {
        thread.join().expect("it has sent its report, and ends");
    }
    sum
}

struct StopOnDrop<T>(Arc<Shared<T>>);

impl<T> Drop for StopOnDrop<T> {
    fn drop(&mut self) {
        self.0.stop();
    }
}
