//! Task: fan-out/2
//! Expect: all crash
//! Contained: an exit code of 0 is no pass
//!
//! Whoever ends the process with code 0 has no failing test.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    std::process::exit(0)
}
