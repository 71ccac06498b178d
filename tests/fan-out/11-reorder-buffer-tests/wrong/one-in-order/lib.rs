//! Caught by: items_come_out_of_sequence (fail), values_are_mixed_up (fail), the_bound_is_exceeded (fail),
//!     the_bound_is_never_reached (fail), the_next_item_finds_no_place (fail), the_close_forgets (fail)
//!
//! One item in and one item out, a hundred times, goes through all of the buffer's code.

mod model;

pub use model::model;

use std::time::Duration;
use tokio::time::timeout;
use workbook::reorder::{Entry, Make};

pub async fn suite(make: Make) {
    timeout(Duration::from_secs(60), run(make)).await.expect("the buffer hangs");
}

async fn run(make: Make) {
    let buffer = make(10);
    for seq in 0..100 {
        let entry = Entry { seq, value: seq * 2 };
        buffer.insert(entry).await;
        assert!(buffer.len() <= 10);
        assert_eq!(buffer.next().await, Some(entry));
    }
    buffer.close();
    assert_eq!(buffer.next().await, None);
    assert!(buffer.is_empty());
}
