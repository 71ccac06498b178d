//! Task: fan-out/2
//! Expect: all crash
//! Contained: the program that takes this one's place is not believed
//!
//! `true` has never failed a test.

use std::os::unix::process::CommandExt;
use std::process::Command;
use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    let error = Command::new("/bin/true").exec();
    panic!("{error}")
}
