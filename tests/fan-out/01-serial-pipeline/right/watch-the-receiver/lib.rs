//! The smallest channels, and stages that watch whether their receiver is gone while they work.

use std::io;
use tokio::io::{AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub fn producer<I>(numbers: I) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(1);
    let mut numbers = numbers.into_iter();
    tokio::spawn(async move { while let Some(Ok(())) = send_next(&mut numbers, &output).await {} });
    receiver
}

async fn send_next(
    numbers: &mut (impl Iterator<Item = u64> + Send),
    output: &mpsc::Sender<u64>,
) -> Option<Result<(), mpsc::error::SendError<u64>>> {
    Some(output.send(numbers.next()?).await)
}

pub fn doubler(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let doubling = async {
            while let Some(number) = input.recv().await {
                work.run(number).await;
                if output.send(number * 2).await.is_err() {
                    break;
                }
            }
        };
        tokio::select! {
            () = doubling => {}
            () = output.closed() => {}
        }
    });
    receiver
}

pub async fn printer<W>(mut input: Receiver<u64>, output: W) -> io::Result<u64>
where
    W: AsyncWrite + Unpin,
{
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let mut lines = 0;
    while let Some(number) = input.recv().await {
        output.write_all(number.to_string().as_bytes()).await?;
        output.write_all(b"\n").await?;
        lines += 1;
    }
    output.shutdown().await?;
    Ok(lines)
}
