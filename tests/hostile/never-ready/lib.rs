//! Task: fan-out/2
//! Expect: stuck
//! Contained: a test that waits for ever ends within its limits
//!
//! An output that never ends is never wrong.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    let (output, receiver) = tokio::sync::mpsc::channel(1);
    std::mem::forget(output);
    receiver
}
