//! Task: fan-out/2
//! Expect: all crash
//! Contained: work counts on the test's clock alone
//!
//! A runtime of the submission's own has a clock of its own, which stands still for the test: batches that are
//! joined as a whole then take no time.

use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

/// Batches of eight, each on a paused clock that the test does not see, and a millisecond for each on the test's.
pub fn fan_out(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    tokio::spawn(async move {
        let mut numbers = Vec::new();
        while input.recv_many(&mut numbers, 8).await > 0 {
            let (batch, work) = (std::mem::take(&mut numbers), work.clone());
            let done = tokio::task::spawn_blocking(move || elsewhere(batch, &work)).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
            for number in done.unwrap_or_default() {
                if output.send(number * 2).await.is_err() {
                    return;
                }
            }
        }
    });
    receiver
}

fn elsewhere(batch: Vec<u64>, work: &Work) -> Vec<u64> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(futures::future::join_all(batch.iter().map(|number| work.run(*number))));
    batch
}
