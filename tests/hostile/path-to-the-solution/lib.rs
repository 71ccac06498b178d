//! Task: fan-out/2
//! Expect: build
//! Contained: no file outside the submission is compiled
//!
//! `#[path]` compiles any file as if it were one's own, the solution too.

#[path = "../../../../solutions/fan-out/02-unordered-fan-out/src/lib.rs"]
mod solution;

use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

/// One worker, and what the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    solution::fan_out(input, work)
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
