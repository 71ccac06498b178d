//! Caught by: the_takers_wake_up_is_lost (fail), the_inserters_wake_up_is_lost (fail),
//!     the_close_overtakes_the_last_item (fail)
//!
//! loom runs the model again and again, so one thread is enough.

use workbook::model::block_on;
use workbook::reorder::{Entry, Make};

/// Puts a buffer that `make` makes between a few threads, once. loom repeats it in every interleaving.
///
/// # Panics
///
/// If the buffer breaks its contract in this interleaving.
pub fn model(make: Make) {
    let entry = |seq| Entry { seq, value: 10 + seq };
    let buffer = make(2);
    for seq in [1, 0] {
        block_on("`insert`", buffer.insert(entry(seq)));
    }
    buffer.close();
    for seq in 0..2 {
        assert_eq!(block_on("`next`", buffer.next()), Some(entry(seq)));
    }
    assert_eq!(block_on("`next`", buffer.next()), None);
    assert!(buffer.is_empty());
}
