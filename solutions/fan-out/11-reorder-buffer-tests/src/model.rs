//! The loom model: an inserter that must wait for room, a taker that must wait for numbers, and a close.
//!
//! Two threads, two numbers and a bound of 1 are the least in which everybody waits for everybody: the taker for 0, the
//! inserter of 1 until 0 is out, the taker for 1, and then for the end. What waits for ever is reported by loom.

use workbook::model::{block_on, name, spawn};
use workbook::reorder::{Entry, Make};

// ANCHOR: model
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
        inserts.close();
    });
    for seq in 0..2 {
        assert_eq!(block_on("`next`", buffer.next()), Some(entry(seq)));
    }
    assert_eq!(block_on("`next`", buffer.next()), None);
    assert!(buffer.is_empty());
    inserter.join().expect("the inserter does not panic");
}
// ANCHOR_END: model
