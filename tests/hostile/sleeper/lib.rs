//! Task: fan-out/2
//! Expect: all blocked
//! Contained: the run ends within its limits
//!
//! Past the deadline the judge has given up, and what comes then is not looked at.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    std::thread::sleep(std::time::Duration::from_secs(86_400));
    tokio::sync::mpsc::channel(1).1
}
