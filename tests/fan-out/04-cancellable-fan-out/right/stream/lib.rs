//! Right: one task for all the work, a stream that the token cuts off.

use futures::stream::{self, StreamExt};
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
    tokio::spawn(token.run_until_cancelled_owned(async move {
        for number in numbers {
            if output.send(number).await.is_err() {
                return;
            }
        }
    }));
    receiver
}

pub fn fan_out(mut input: Receiver<u64>, work: Work, token: CancellationToken) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(token.run_until_cancelled_owned(async move {
        let mut results = stream::poll_fn(|context| input.poll_recv(context))
            .map(|number| {
                let run = work.run(number);
                async move {
                    run.await;
                    number * 2
                }
            })
            .buffer_unordered(WORKERS);
        while let Some(result) = results.next().await {
            if output.send(result).await.is_err() {
                return;
            }
        }
    }));
    receiver
}
