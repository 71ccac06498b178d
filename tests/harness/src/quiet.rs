//! Waiting until nothing can move at this instant.

use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Poll, Waker};
use std::time::Duration;

thread_local! {
    /// Who waits for the runtime to have nothing runnable.
    static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
}

/// How often the runtime has been about to park.
static PARKS: AtomicU64 = AtomicU64::new(0);

/// The runtime is about to park its thread: nothing is runnable.
pub(crate) fn on_park() {
    PARKS.fetch_add(1, Relaxed);
    let waiting = WAITING.take();
    for waker in waiting {
        waker.wake();
    }
}

/// Ready as soon as every other task is parked, at an unmoved clock.
///
/// What is parked then waits for a timer, or for the caller: `quiescent().await` after filling a pipeline
/// makes its backpressure exact, without a sleep.
pub async fn quiescent() {
    // A wake-up is not enough: a channel that the task has waited for before may still hold its waker.
    let before = PARKS.load(Relaxed);
    poll_fn(|cx| {
        if PARKS.load(Relaxed) != before {
            return Poll::Ready(());
        }
        WAITING.with_borrow_mut(|waiting| waiting.push(cx.waker().clone()));
        Poll::Pending
    })
    .await;
}

/// Lets virtual time pass, then waits until nothing is runnable: all that was due by then has happened.
pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
    quiescent().await;
}
