//! Task: fan-out/2
//! Expect: all crash
//! Contained: an abort in the middle of an unwinding is a verdict like any other
//!
//! A panic in a destructor while another panic unwinds aborts the process before any handler is through.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    let _guard = Guard;
    panic!("the first")
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        panic!("the second");
    }
}
