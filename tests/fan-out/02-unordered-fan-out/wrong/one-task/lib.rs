//! Caught by: a_panic_loses_its_number_alone (fail)
//!
//! "Eight futures are as good as eight tasks": they are, until one of them panics in the task that polls them all.

use futures::StreamExt;
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
                async move {
                    work.run(number).await;
                    number * 2
                }
            })
            .buffer_unordered(WORKERS);
        while let Some(result) = results.next().await {
            if output.send(result).await.is_err() {
                return;
            }
        }
    });
    receiver
}
