//! Right: every await of every worker is raced against the token by itself.

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
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let (input, work, output, token) = (input.clone(), work.clone(), output.clone(), token.clone());
        tokio::spawn(async move {
            loop {
                let next = tokio::select! {
                    biased;
                    () = token.cancelled() => return,
                    next = async { input.lock().await.recv().await } => next,
                };
                let Some(number) = next else { return };
                tokio::select! {
                    biased;
                    () = token.cancelled() => return,
                    () = work.run(number) => {}
                }
                let sent = tokio::select! {
                    biased;
                    () = token.cancelled() => return,
                    sent = output.send(number * 2) => sent,
                };
                if sent.is_err() {
                    return;
                }
            }
        });
    }
    receiver
}
