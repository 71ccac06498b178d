//! Task: fan-out/2
//! Expect: all crash
//! Contained: no core file is left, and no other criterion is touched
//!
//! An abort runs no handler of the judge's, so nobody is left to report a failure.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    std::process::abort()
}
