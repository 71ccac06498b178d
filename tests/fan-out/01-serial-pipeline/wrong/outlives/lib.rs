//! Caught by: dropping_the_output_stops_the_front (bound), dropping_a_full_pipeline_leaves_nothing (leak),
//! the_printer_returns_the_writers_error (leak)
//!
//! "A failed send is not my problem": the stages ignore that their consumer is gone and go on to the end.

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
            let _ = output.send(number).await;
        }
    });
    receiver
}

pub fn doubler(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        while let Some(number) = input.recv().await {
            work.run(number).await;
            let _ = output.send(number * 2).await;
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
