//! Caught by: items_come_out_of_sequence (fail), the_bound_is_exceeded (fail), the_bound_is_never_reached (fail),
//!     the_next_item_finds_no_place (fail)
//!
//! The bound holds if it is asserted after every step. But here every item takes as long as the others, so they are done
//! in sequence and out at once, and the buffer is never near its bound.

mod model;

pub use model::model;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use workbook::reorder::{Entry, Make};

pub async fn suite(make: Make) {
    timeout(Duration::from_secs(60), run(make)).await.expect("the buffer hangs");
}

async fn run(make: Make) {
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
                sleep(Duration::from_millis(5)).await;
                buffer.insert(Entry { seq, value: seq * 2 }).await;
                assert!(buffer.len() <= 10);
            }
        });
    }
    let insert = async {
        while let Some(worker) = workers.join_next().await {
            worker.expect("the bound holds");
        }
        buffer.close();
    };
    let take = async {
        for seq in 0..100 {
            assert_eq!(buffer.next().await, Some(Entry { seq, value: seq * 2 }));
            assert!(buffer.len() <= 10);
        }
        assert_eq!(buffer.next().await, None);
        assert!(buffer.is_empty());
    };
    tokio::join!(insert, take);
}
