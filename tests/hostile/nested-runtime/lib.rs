//! Task: fan-out/2
//! Expect: all crash
//! Contained: a runtime inside the judge's ends nothing but its own test
//!
//! A runtime of the submission's own has none of the judge's hooks.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async { tokio::sync::mpsc::channel(1).1 })
}
