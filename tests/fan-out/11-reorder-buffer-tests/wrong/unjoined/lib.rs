//! Caught by: the_last_item_is_dropped (fail), an_item_comes_twice (fail), items_come_out_of_sequence (fail),
//!     values_are_mixed_up (fail), the_bound_is_exceeded (fail), the_bound_is_never_reached (fail),
//!     the_next_item_finds_no_place (fail), the_close_forgets (fail), the_end_never_comes (fail),
//!     the_buffer_is_not_empty_at_the_end (fail)
//!
//! An assertion that fails in a task fails the test.

mod model;

pub use model::model;

use std::time::Duration;
use tokio::time::sleep;
use workbook::reorder::{Entry, Make};

pub async fn suite(make: Make) {
    let buffer = make(10);
    for worker in 0..10 {
        let buffer = buffer.clone();
        tokio::spawn(async move {
            for seq in (worker..100).step_by(10) {
                sleep(Duration::from_millis(if seq % 10 == 0 { 30 } else { 1 + seq * 7 % 10 })).await;
                buffer.insert(Entry { seq, value: seq * 2 }).await;
                assert!(buffer.len() <= 10);
            }
        });
    }
    let taker = buffer.clone();
    tokio::spawn(async move {
        for seq in 0..100 {
            assert_eq!(taker.next().await, Some(Entry { seq, value: seq * 2 }));
        }
        assert!(taker.is_empty());
    });
    // By then everything is through.
    sleep(Duration::from_secs(10)).await;
}
