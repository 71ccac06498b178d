//! Caught by: a_panic_loses_its_number_alone (fail)
//!
//! "Eight futures are as good as eight tasks": until one of them panics in the task that polls them all.

use crate::Metrics;
use crate::queue::{Receiver, queue};
use futures::{StreamExt, stream};
use workbook::Work;

pub const WORKERS: usize = 8;

pub const INPUT_CAPACITY: usize = 8;

pub const OUTPUT_CAPACITY: usize = 32;

#[derive(Debug)]
pub struct Results {
    results: Receiver<u64>,
}

impl Results {
    pub async fn recv(&mut self) -> Option<u64> {
        self.results.recv().await
    }
}

pub fn pipeline<I>(numbers: I, work: Work) -> (Results, Metrics)
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (to_workers, input, input_depth) = queue(INPUT_CAPACITY);
    let (output, results, output_depth) = queue(OUTPUT_CAPACITY);
    let numbers = numbers.into_iter();
    tokio::spawn(async move {
        for number in numbers {
            if to_workers.send(number).await.is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        let numbers = stream::unfold(input, async |mut input| input.recv().await.map(|number| (number, input)));
        let mut doubles = Box::pin(numbers.map(|number| double(number, work.clone())).buffer_unordered(WORKERS));
        while let Some(result) = doubles.next().await {
            if output.send(result).await.is_err() {
                return;
            }
        }
    });
    (Results { results }, Metrics::new(input_depth, output_depth))
}

async fn double(number: u64, work: Work) -> u64 {
    work.run(number).await;
    number * 2
}
