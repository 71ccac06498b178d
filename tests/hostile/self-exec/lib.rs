//! Task: fan-out/2
//! Expect: all crash
//! Contained: the program that takes this one's place is not believed
//!
//! A process that becomes its own test binary with `--list` runs no test, prints no failure and ends with code 0.

use std::os::unix::process::CommandExt;
use std::process::Command;
use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    let program = std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
    let error = Command::new(program).arg("--list").exec();
    panic!("{error}")
}
