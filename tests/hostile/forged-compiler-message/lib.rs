//! Task: fan-out/2
//! Expect: build
//! Contained: what a submission makes the compiler say is not taken for a fault of the machine's
//!
//! A full disk is the grader's own fault, and it is known by the compiler's words.

use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

/// One worker, and what the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    wrong(input, work)
}

compile_error!("No space left on device (os error 28)");

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
