//! The loom model: a few threads on one small buffer.

use workbook::reorder::Make;

/// Puts a buffer that `make` makes between a few threads, once. loom repeats it in every interleaving.
///
/// # Panics
///
/// If the buffer breaks its contract in this interleaving.
pub fn model(make: Make) {
    let _ = make;
    todo!("insert in a thread of workbook::model, take in this one, and assert what comes out")
}
