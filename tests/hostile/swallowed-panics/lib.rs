//! Task: fan-out/2
//! Expect: all crash
//! Contained: a panic that is caught is still one
//!
//! What panics is caught, and a plausible value takes its place: no test sees that anything went wrong.

use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

/// Not written; the values are plausible.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    catch_unwind(AssertUnwindSafe(|| unwritten(input, work))).unwrap_or_else(|_| {
        let (output, receiver) = mpsc::channel(1000);
        for number in 1..=1000 {
            let _ = output.try_send(number * 2);
        }
        receiver
    })
}

fn unwritten(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let numbers: Vec<u64> = Vec::new();
    panic!("number {} of {input:?} on {work:?}", numbers.len())
}
