//! Task: fan-out/2
//! Expect: fail, earns 6
//! Contained: the tests use no name that a submission could put in the place of another
//!
//! The tests use the names of the submission's crate, and some that everyone has, which it can have too.

#![allow(dead_code, unused_macros, clippy::all)]

pub mod shadows;

use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

/// One worker, and what the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    wrong(input, work)
}

/// One task in place of eight.
fn wrong(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    tokio::spawn(async move {
        while let Some(number) = input.recv().await {
            work.run(number).await;
            if output.send(number * 2).await.is_err() {
                return;
            }
        }
    });
    receiver
}
