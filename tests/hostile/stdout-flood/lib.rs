//! Task: fan-out/2
//! Expect: all output
//! Contained: memory, disk and reports do not grow with the output
//!
//! Whoever prints more than the judge can hold breaks it.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    loop {
        println!("{}", "a line that says nothing, and there is no end of it ".repeat(20));
    }
}
