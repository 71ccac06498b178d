//! Caught by: right_buffers_pass (fail), the_last_item_is_dropped (fail), an_item_comes_twice (fail),
//!     items_come_out_of_sequence (fail), values_are_mixed_up (fail), the_bound_is_exceeded (fail),
//!     the_bound_is_never_reached (fail), the_next_item_finds_no_place (fail), the_close_forgets (fail),
//!     the_end_never_comes (fail), the_buffer_is_not_empty_at_the_end (fail)
//!
//! Sequence numbers begin at 1. So the first one waits for one that nobody puts in, and the tests fail, always.

mod model;

pub use model::model;

use std::time::Duration;
use tokio::time::timeout;
use workbook::reorder::{Entry, Make};

pub async fn suite(make: Make) {
    let buffer = make(10);
    for seq in [3, 1, 2] {
        buffer.insert(Entry { seq, value: seq * 2 }).await;
    }
    for seq in 1..=3 {
        let next = timeout(Duration::from_secs(1), buffer.next()).await.expect("the buffer hangs");
        assert_eq!(next, Some(Entry { seq, value: seq * 2 }));
    }
}
