//! Task: fan-out/2
//! Expect: unstarted
//! Contained: an untouched stub is told from a mistake
//!
//! Nothing yet.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// Works on each number, eight at a time.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    todo!()
}
