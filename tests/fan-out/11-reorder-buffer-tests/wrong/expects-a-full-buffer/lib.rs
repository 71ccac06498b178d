//! Caught by: right_buffers_pass (fail)
//!
//! Behind a late number the buffer fills up to its bound, so in a run its peak is the bound. But the number that is next
//! may be handed to the taker that waits for it, without a place in the buffer.

mod model;

pub use model::model;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use workbook::reorder::{Entry, Make, ReorderBuffer};

/// How many numbers go through the buffer.
pub const NUMBERS: u64 = 100;

/// How many workers are at them.
pub const WORKERS: usize = 10;

/// How many numbers the buffer may hold.
pub const BOUND: usize = 10;

/// No right buffer needs so long, and on the paused clock the limit costs nothing.
const LIMIT: Duration = Duration::from_secs(60);

/// What is not ready by now waits for something else than its turn to run.
const MOMENT: Duration = Duration::from_millis(1);

/// Tests the buffers that `make` makes.
///
/// # Panics
///
/// If they break their contract.
pub async fn suite(make: Make) {
    within_the_limit("a hundred numbers", numbers_come_out_in_sequence(make(BOUND))).await;
    within_the_limit("the bound", the_bound_is_reached_and_kept(make(BOUND))).await;
    within_the_limit("the end", what_is_in_comes_before_the_end(make(BOUND))).await;
}

async fn within_the_limit(what: &str, test: impl Future<Output = ()>) {
    timeout(LIMIT, test).await.unwrap_or_else(|_| panic!("{what}: something waits for ever"));
}

/// Ten workers take numbers in sequence and are done with them in another order.
async fn numbers_come_out_in_sequence(buffer: Arc<dyn ReorderBuffer>) {
    let dispatched = Arc::new(AtomicU64::new(0));
    let peak = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(worker(buffer.clone(), dispatched.clone(), peak.clone()));
    }
    let insert = async {
        while let Some(worker) = workers.join_next().await {
            worker.expect("a worker fails only by an assertion");
        }
        buffer.close();
    };
    let take = async {
        let mut seen = Vec::new();
        while let Some(entry) = buffer.next().await {
            assert!(buffer.len() <= BOUND, "the buffer holds {}", buffer.len());
            seen.push(entry);
        }
        seen
    };
    let ((), seen) = tokio::join!(insert, take);
    let expected: Vec<Entry> = (0..NUMBERS).map(entry).collect();
    assert_eq!(seen, expected, "each number once, in sequence, with its value");
    assert_eq!(peak.load(Relaxed), BOUND, "the most that the buffer held");
    assert!(buffer.is_empty(), "at the end the buffer still holds {}", buffer.len());
}

async fn worker(buffer: Arc<dyn ReorderBuffer>, dispatched: Arc<AtomicU64>, peak: Arc<AtomicUsize>) {
    loop {
        let seq = dispatched.fetch_add(1, Relaxed);
        if seq >= NUMBERS {
            return;
        }
        let late = seq.is_multiple_of(10);
        sleep(Duration::from_millis(if late { 30 } else { 1 + seq * 7 % 10 })).await;
        buffer.insert(entry(seq)).await;
        peak.fetch_max(buffer.len(), Relaxed);
        assert!(buffer.len() <= BOUND, "the buffer holds {}", buffer.len());
    }
}

/// A value that tells whose it is.
fn entry(seq: u64) -> Entry {
    Entry { seq, value: 1000 + seq }
}

/// Nobody takes, so nothing but the bound decides what goes in.
async fn the_bound_is_reached_and_kept(buffer: Arc<dyn ReorderBuffer>) {
    let first_outside = BOUND as u64;
    for seq in 1..first_outside {
        assert!(goes_in(&*buffer, seq).await, "{seq} is within the bound and waits");
    }
    assert!(!goes_in(&*buffer, first_outside).await, "{first_outside} is a bound ahead of 0 and goes in");
    assert!(goes_in(&*buffer, 0).await, "0 is next, and finds no place");
    assert_eq!(buffer.len(), BOUND, "the bound is reached");
    let (taken, ()) = tokio::join!(buffer.next(), buffer.insert(entry(first_outside)));
    assert_eq!(taken, Some(entry(0)));
    assert_eq!(buffer.len(), BOUND, "one came out, one went in");
}

async fn goes_in(buffer: &dyn ReorderBuffer, seq: u64) -> bool {
    timeout(MOMENT, buffer.insert(entry(seq))).await.is_ok()
}

/// Everything is in before the close, and comes out after it.
async fn what_is_in_comes_before_the_end(buffer: Arc<dyn ReorderBuffer>) {
    for seq in [2, 0, 1] {
        buffer.insert(entry(seq)).await;
    }
    buffer.close();
    for seq in 0..3 {
        assert_eq!(buffer.next().await, Some(entry(seq)), "what was in at the close");
    }
    for _ in 0..2 {
        assert_eq!(buffer.next().await, None, "the end, and it stays the end");
    }
    assert!(buffer.is_empty(), "at the end the buffer still holds {}", buffer.len());
}
