//! Caught by: the_printer_writes_lines (fail), as_a_program (fail)
//!
//! "The newline separates": it is written before each number, so that the first line is empty and the last has no
//! end.

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
        output.write_all(format!("\n{number}").as_bytes()).await?;
        lines += 1;
    }
    output.flush().await?;
    Ok(lines)
}
