use crate::Metrics;
use crate::queue::{Receiver, Sender, queue};
use std::sync::Arc;
use tokio::sync::Mutex;
use workbook::Work;

pub const WORKERS: usize = 8;

pub const INPUT_CAPACITY: usize = 8;

pub const OUTPUT_CAPACITY: usize = 32;

#[derive(Debug)]
pub struct Results {
    results: Receiver,
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
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        tokio::spawn(worker(input.clone(), work.clone(), output.clone()));
    }
    (Results { results }, Metrics::new(input_depth, output_depth))
}

async fn worker(input: Arc<Mutex<Receiver>>, work: Work, output: Sender) {
    while let Some(number) = next(&input).await {
        work.run(number).await;
        if output.send(number * 2).await.is_err() {
            return;
        }
    }
}

async fn next(input: &Mutex<Receiver>) -> Option<u64> {
    input.lock().await.recv().await
}
