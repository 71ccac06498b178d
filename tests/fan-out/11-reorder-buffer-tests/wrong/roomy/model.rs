//! Caught by: the_inserters_wake_up_is_lost (fail)
//!
//! Room for all the numbers keeps the model small.

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
    let buffer = make(4);
    let inserts = buffer.clone();
    let inserter = spawn("inserter", move || {
        for seq in 0..2 {
            block_on("`insert`", inserts.insert(entry(seq)));
        }
        inserts.close();
    });
    for seq in 0..2 {
        assert_eq!(block_on("`next`", buffer.next()), Some(entry(seq)));
    }
    assert_eq!(block_on("`next`", buffer.next()), None);
    assert!(buffer.is_empty());
    inserter.join().expect("the inserter does not panic");
}
