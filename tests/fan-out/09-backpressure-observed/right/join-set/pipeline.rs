//! A dispatcher with a number in its hand fills a `JoinSet` of eight; a task sends its result itself.

use crate::Metrics;
use crate::queue::{Receiver, queue};
use tokio::task::JoinSet;
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
    let (to_workers, mut input, input_depth) = queue(INPUT_CAPACITY);
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
        let mut running = JoinSet::new();
        while let Some(number) = input.recv().await {
            while running.len() >= WORKERS {
                running.join_next().await;
            }
            if output.is_closed() {
                return;
            }
            let (work, output) = (work.clone(), output.clone());
            running.spawn(async move {
                work.run(number).await;
                output.send(number * 2).await.ok();
            });
        }
        while running.join_next().await.is_some() {}
    });
    (Results { results }, Metrics::new(input_depth, output_depth))
}
