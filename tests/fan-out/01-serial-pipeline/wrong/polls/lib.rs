//! Caught by: waiting_stages_are_parked (spin)
//!
//! "Try again in a moment": a poll loop around `try_send` instead of a task that parks.

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
            let mut result = number * 2;
            while let Err(error) = output.try_send(result) {
                match error {
                    mpsc::error::TrySendError::Full(back) => result = back,
                    mpsc::error::TrySendError::Closed(_) => return,
                }
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
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
