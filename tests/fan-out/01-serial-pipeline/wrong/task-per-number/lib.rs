//! Caught by: a_thousand_numbers_take_one_second (bound), a_reader_that_stops_holds_back_the_source (bound)
//!
//! "Async means parallel": a task for each number, joined in order.

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
    let (jobs, mut running) = mpsc::channel(4);
    tokio::spawn(async move {
        while let Some(number) = input.recv().await {
            let work = work.clone();
            let job = tokio::spawn(async move {
                work.run(number).await;
                number * 2
            });
            if jobs.send(job).await.is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some(job) = running.recv().await {
            let Ok(result) = job.await else { return };
            if output.send(result).await.is_err() {
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
