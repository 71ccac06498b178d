//! A stream in one task: `buffer_unordered` over futures that catch their own panics.

use futures::{FutureExt, StreamExt};
use std::panic::AssertUnwindSafe;
use tokio::sync::mpsc::{self, Receiver};
use tokio_stream::wrappers::ReceiverStream;
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        let mut results = ReceiverStream::new(input)
            .map(|number| {
                let work = work.clone();
                let double = async move {
                    work.run(number).await;
                    number * 2
                };
                AssertUnwindSafe(double).catch_unwind()
            })
            .buffer_unordered(WORKERS);
        while let Some(result) = results.next().await {
            let Ok(result) = result else { continue };
            if output.send(result).await.is_err() {
                return;
            }
        }
    });
    receiver
}
