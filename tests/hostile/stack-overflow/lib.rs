//! Task: fan-out/2
//! Expect: all crash
//! Contained: only this process ends
//!
//! A stack that overflows takes the judge's thread along.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    println!("{}", deeper(0));
    tokio::sync::mpsc::channel(1).1
}

#[expect(unconditional_recursion, reason = "that is the attack")]
fn deeper(depth: u64) -> u64 {
    let here = [depth; 128];
    deeper(depth + 1) + std::hint::black_box(here)[7]
}
