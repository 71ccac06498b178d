//! Caught by: the_printer_returns_the_writers_error (fail)
//!
//! "Printing cannot fail": the error of the writer is thrown away.

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
            if output.send(number * 2).await.is_err() {
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
        output.write_all(format!("{number}\n").as_bytes()).await.ok();
        lines += 1;
    }
    output.flush().await.ok();
    Ok(lines)
}
