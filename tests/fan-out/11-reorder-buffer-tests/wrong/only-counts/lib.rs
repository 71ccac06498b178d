//! Caught by: items_come_out_of_sequence (fail), values_are_mixed_up (fail), the_bound_is_exceeded (fail),
//!     the_bound_is_never_reached (fail), the_buffer_is_not_empty_at_the_end (fail)
//!
//! If as many come out as went in, nothing can be wrong with them.

mod model;

pub use model::model;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use workbook::reorder::{Entry, Make};

pub async fn suite(make: Make) {
    timeout(Duration::from_secs(60), count(make)).await.expect("the buffer hangs");
}

async fn count(make: Make) {
    let buffer = make(10);
    let dispatched = Arc::new(AtomicU64::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..10 {
        let (buffer, dispatched) = (buffer.clone(), dispatched.clone());
        workers.spawn(async move {
            loop {
                let seq = dispatched.fetch_add(1, Relaxed);
                if seq >= 100 {
                    return;
                }
                sleep(Duration::from_millis(if seq % 10 == 0 { 30 } else { 1 + seq * 7 % 10 })).await;
                buffer.insert(Entry { seq, value: seq }).await;
            }
        });
    }
    let insert = async {
        while let Some(worker) = workers.join_next().await {
            worker.expect("a worker does not panic");
        }
        buffer.close();
    };
    let take = async {
        let mut count = 0;
        while buffer.next().await.is_some() {
            count += 1;
        }
        count
    };
    let ((), count) = tokio::join!(insert, take);
    assert_eq!(count, 100);
}
