//! Task: fan-out/2
//! Expect: all crash|memory|blocked|leak|timeout
//! Contained: the machine's threads do not run out, and the run ends
//!
//! Threads without end leave none for the submissions graded beside this one.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// Threads, and whoever cannot start one tries again.
pub fn fan_out(_input: Receiver<u64>, _work: Work) -> Receiver<u64> {
    loop {
        let started = std::thread::Builder::new().stack_size(16 << 10).spawn(|| {
            loop {
                std::thread::park();
            }
        });
        drop(started);
    }
}
