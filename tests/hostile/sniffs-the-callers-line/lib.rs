//! Task: fan-out/2
//! Expect: all fail
//! Contained: a submission does not learn from which line of the published tests it is called
//!
//! `#[track_caller]` says from which line of the published tests the call comes. A submission that knows which test
//! runs needs only its answer; this one has them all, and without a name none.

use std::panic::Location;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Where the calls stand in the published tests.
const LINES: [u32; 10] = [52, 64, 82, 98, 114, 140, 158, 176, 197, 208];

/// Right if it is called from one of these lines, and else nothing.
#[track_caller]
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    if !LINES.contains(&Location::caller().line()) {
        panic!("out of reach");
    }
    right(input, work)
}

/// The right solution.
fn right(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..8 {
        tokio::spawn(worker(input.clone(), work.clone(), output.clone()));
    }
    receiver
}

async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>) {
    while let Some(number) = next(&input).await {
        work.run(number).await;
        if output.send(number * 2).await.is_err() {
            return;
        }
    }
}

async fn next(input: &Mutex<Receiver<u64>>) -> Option<u64> {
    input.lock().await.recv().await
}
