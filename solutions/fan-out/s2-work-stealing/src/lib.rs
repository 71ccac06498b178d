//! Work stealing: threads with a deque each, which take from a sibling's when their own is empty.
//!
//! - **Ordering**: none. A worker takes its newest item first, whose data is warm, and thieves take the oldest, which in
//!   work that divides itself is the largest.
//! - **Errors**: a panic in the work costs its item and is counted. What the item had pushed before stays.
//! - **Cancellation**: every worker looks at a flag before each item; whatever is then in its deque goes into the report.
//!   Work that is under way cannot be stopped, it is waited for. Dropping the future sets the same flag and waits for
//!   nobody.
//! - **Backpressure**: none, and none is possible here: only a worker pushes into its deque, and it would wait for itself.
//!   Taking the newest first keeps the deques short where work divides itself: one path through the tree.
//! - **Shutdown**: when all workers are idle at once, nothing is at work that could push, and all end (`idle`). Nobody
//!   counts items: a counter that every worker writes for every item would cost more than a short item itself.
//!
//! A worker is a thread, since the work computes. There are as many as the caller has shares; more than cores are of no
//! use. A batch of stolen items is half of the victim's deque, up to 32, which is `crossbeam-deque`'s choice.

mod idle;

use crossbeam_deque::{Steal, Stealer, Worker};
use idle::Idle;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

/// The worker that an item runs on.
#[derive(Debug)]
pub struct Local<T> {
    worker: usize,
    deque: Worker<T>,
    shared: Arc<Shared<T>>,
}

/// What all workers of a run know.
#[derive(Debug)]
struct Shared<T> {
    stealers: Vec<Stealer<T>>,
    idle: Idle,
}

impl<T> Local<T> {
    /// Which worker this is: the number of its share, from 0.
    pub fn worker(&self) -> usize {
        self.worker
    }

    /// Gives this worker another item. A sibling may steal it.
    pub fn push(&self, item: T) {
        self.deque.push(item);
        self.shared.idle.wake_one();
    }

    // ANCHOR: take
    /// An item of one's own, else one of a sibling's, with more of the same that come into the own deque.
    fn take(&self) -> Option<T> {
        self.deque.pop().or_else(|| {
            let siblings = self.shared.stealers.len();
            let steal = || -> Steal<T> {
                // Each begins with its neighbour, so that not all thieves come to the same one.
                let victims = (1..siblings).map(|step| &self.shared.stealers[(self.worker + step) % siblings]);
                victims.map(|victim| victim.steal_batch_and_pop(&self.deque)).collect()
            };
            // `Retry` is not `Empty`: somebody else was at the same end at the same moment.
            std::iter::repeat_with(steal).find(|stolen| !stolen.is_retry()).and_then(Steal::success)
        })
    }
    // ANCHOR_END: take

    // ANCHOR: work
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
    // ANCHOR_END: work
}

/// What became of the items.
#[derive(Debug, PartialEq, Eq)]
pub struct Report<T> {
    /// How many were worked on to the end.
    pub done: u64,
    /// How many panicked.
    pub panicked: u64,
    /// Those that were not begun when the run was cancelled, in any order.
    pub left: Vec<T>,
}

impl<T> Report<T> {
    fn and(self, mut other: Report<T>) -> Report<T> {
        other.left.extend(self.left);
        Report { done: self.done + other.done, panicked: self.panicked + other.panicked, left: other.left }
    }
}

// ANCHOR: run
/// Works on all items and on what they push, with a worker for each share.
///
/// # Cancel safety
///
/// Dropping the future stops the workers and drops the items that were not begun. Cancel the token to get them back.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use fan_out_s2_solution::run;
/// // Each number pushes the two below it: 1 + 2 + 4 + 8 items.
/// let report = run(
///     vec![vec![3], vec![]],
///     |number, local| (0..2 * u64::from(number > 0)).for_each(|_| local.push(number - 1)),
///     Default::default(),
/// );
/// assert_eq!(report.await.done, 15);
/// # }
/// ```
pub async fn run<T, F>(shares: Vec<Vec<T>>, work: F, token: CancellationToken) -> Report<T>
where
    T: Send + 'static,
    F: Fn(T, &Local<T>) + Send + Sync + 'static,
{
    let deques: Vec<Worker<T>> = shares.into_iter().map(deque_of).collect();
    let stealers = deques.iter().map(Worker::stealer).collect();
    let shared = Arc::new(Shared { stealers, idle: Idle::new(deques.len()) });
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
// ANCHOR_END: run

fn deque_of<T>(share: Vec<T>) -> Worker<T> {
    let deque = Worker::new_lifo();
    share.into_iter().for_each(|item| deque.push(item));
    deque
}

/// Stops the workers: a future that is dropped runs no further line.
struct StopOnDrop<T>(Arc<Shared<T>>);

impl<T> Drop for StopOnDrop<T> {
    fn drop(&mut self) {
        self.0.idle.end();
    }
}
