//! Task: fan-out/2
//! Expect: build
//! Contained: no file outside the submission is compiled
//!
//! `#[path]` compiles any file as if it were one's own, the tests too.

#[path = "../../../../tests/fan-out/02-unordered-fan-out/acceptance.rs"]
mod tests;

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
