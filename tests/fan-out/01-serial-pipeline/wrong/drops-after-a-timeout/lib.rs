//! Caught by: a_reader_that_stops_holds_back_the_source (bound), waiting_stages_are_parked (spin)
//!
//! "A reader that is too slow gets fewer numbers": a send with a timeout, after which the number is dropped.

use std::io;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub fn producer<I>(numbers: I) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(4);
    let numbers = numbers.into_iter();
    tokio::spawn(async move {
        for number in numbers {
            if output.send(number).await.is_err() {
                return;
            }
        }
    });
    receiver
}

pub fn doubler(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        while let Some(number) = input.recv().await {
            work.run(number).await;
            let patience = std::time::Duration::from_millis(900);
            if let Err(mpsc::error::SendTimeoutError::Closed(_)) = output.send_timeout(number * 2, patience).await {
                return;
            }
        }
    });
    receiver
}

pub async fn printer<W>(mut input: Receiver<u64>, mut output: W) -> io::Result<u64>
where
    W: AsyncWrite + Unpin,
{
    let mut lines = 0;
    while let Some(number) = input.recv().await {
        output.write_all(format!("{number}\n").as_bytes()).await?;
        lines += 1;
    }
    output.flush().await?;
    Ok(lines)
}
