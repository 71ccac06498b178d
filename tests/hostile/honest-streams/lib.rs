//! Task: fan-out/2
//! Expect: pass
//! Contained: an honest submission is judged as it would be alone
//!
//! Nothing but the task's own: a stream of eight at a time.

use futures::StreamExt;
use tokio::sync::mpsc::{self, Receiver};
use tokio_stream::wrappers::ReceiverStream;
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let mut results = ReceiverStream::new(input)
        .map(move |number| {
            let work = work.clone();
            tokio::spawn(async move {
                work.run(number).await;
                number * 2
            })
        })
        .buffer_unordered(WORKERS);
    tokio::spawn(async move {
        while let Some(result) = results.next().await {
            let Ok(result) = result else { continue };
            if output.send(result).await.is_err() {
                return;
            }
        }
    });
    receiver
}
