//! Task: fan-out/2
//! Expect: build
//! Contained: what does not compile says where
//!
//! A semicolon is missing.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// Works on each number, eight at a time.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let output = (input, work)
    output.0
}
