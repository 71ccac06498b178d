//! Caught by: every_number_doubled_in_order (fail), a_thousand_numbers_take_one_second (fail),
//! a_reader_that_stops_holds_back_the_source (fail), the_printer_writes_lines (fail), as_a_program (fail)
//!
//! "A closed channel has nothing left": the doubler stops as soon as the producer has dropped its sender, with
//! numbers still in the channel.

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
        while !input.is_closed() {
            let Some(number) = input.recv().await else { return };
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
        output.write_all(format!("{number}\n").as_bytes()).await?;
        lines += 1;
    }
    output.flush().await?;
    Ok(lines)
}
