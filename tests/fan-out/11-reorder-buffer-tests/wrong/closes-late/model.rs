//! Caught by: the_close_overtakes_the_last_item (fail)
//!
//! The close belongs at the end, after everything has come out.

use workbook::model::{block_on, name, spawn};
use workbook::reorder::{Entry, Make};

/// Puts a buffer that `make` makes between a few threads, once. loom repeats it in every interleaving.
///
/// # Panics
///
/// If the buffer breaks its contract in this interleaving.
pub fn model(make: Make) {
    name("taker");
    let entry = |seq| Entry { seq, value: 10 + seq };
    let buffer = make(1);
    let inserts = buffer.clone();
    let inserter = spawn("inserter", move || {
        for seq in 0..2 {
            block_on("`insert`", inserts.insert(entry(seq)));
        }
    });
    for seq in 0..2 {
        assert_eq!(block_on("`next`", buffer.next()), Some(entry(seq)));
    }
    inserter.join().expect("the inserter does not panic");
    buffer.close();
    assert_eq!(block_on("`next`", buffer.next()), None);
    assert!(buffer.is_empty());
}
