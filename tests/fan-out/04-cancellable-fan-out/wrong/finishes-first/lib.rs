//! Caught by: a_cancel_reaches_a_full_pipeline (leak), a_cancel_reaches_workers_without_input (leak), a_cancel_cuts_work_off (leak), cancelled_before_the_start (fail)
//!
//! "What was taken is done to its end": only the producer listens; the workers drain what it has sent.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 8;
pub const PRODUCER_CAPACITY: usize = 8;
pub const OUTPUT_CAPACITY: usize = 8;

pub fn producer<I>(numbers: I, token: CancellationToken) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(PRODUCER_CAPACITY);
    let numbers = numbers.into_iter();
    tokio::spawn(async move {
        for number in numbers {
            let sent = tokio::select! {
                biased;
                () = token.cancelled() => return,
                sent = output.send(number) => sent,
            };
            if sent.is_err() {
                return;
            }
        }
    });
    receiver
}

pub fn fan_out(input: Receiver<u64>, work: Work, token: CancellationToken) -> Receiver<u64> {
    let _ = token;
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let (input, work, output) = (input.clone(), work.clone(), output.clone());
        tokio::spawn(async move {
            loop {
                let next = input.lock().await.recv().await;
                let Some(number) = next else { return };
                work.run(number).await;
                if output.send(number * 2).await.is_err() {
                    return;
                }
            }
        });
    }
    receiver
}
