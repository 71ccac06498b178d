//! Room first, number second: a stage reserves its place in the output before it takes anything from its input.

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
    let mut numbers = numbers.into_iter();
    tokio::spawn(async move {
        while let Ok(permit) = output.reserve().await {
            match numbers.next() {
                Some(number) => permit.send(number),
                None => return,
            }
        }
    });
    receiver
}

pub fn doubler(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        while let Ok(permit) = output.reserve().await {
            let Some(number) = input.recv().await else { return };
            work.run(number).await;
            permit.send(number * 2);
        }
    });
    receiver
}

pub async fn printer<W>(mut input: Receiver<u64>, mut output: W) -> io::Result<u64>
where
    W: AsyncWrite + Unpin,
{
    let mut lines = 0;
    let mut batch = Vec::new();
    while input.recv_many(&mut batch, 64).await > 0 {
        for number in batch.drain(..) {
            output.write_all(format!("{number}\n").as_bytes()).await?;
            lines += 1;
        }
    }
    output.flush().await?;
    Ok(lines)
}
