//! Caught by: the_last_item_is_dropped (fail), an_item_comes_twice (fail), items_come_out_of_sequence (fail),
//!     values_are_mixed_up (fail), the_bound_is_exceeded (fail), the_bound_is_never_reached (fail),
//!     the_next_item_finds_no_place (fail), the_close_forgets (fail), the_end_never_comes (fail),
//!     the_buffer_is_not_empty_at_the_end (fail)
//!
//! What compiles against the trait is tested.

mod model;

pub use model::model;

use workbook::reorder::{Entry, Make};

pub async fn suite(make: Make) {
    let buffer = make(10);
    buffer.insert(Entry { seq: 0, value: 0 }).await;
    buffer.next().await;
}
