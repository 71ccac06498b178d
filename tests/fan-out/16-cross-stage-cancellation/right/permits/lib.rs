//! Right: a dispatcher for each stage, which owns a task for each number in a `JoinSet`; permits bound how many.

use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 4;
pub const CAPACITY: usize = 4;

pub fn pipeline(input: Receiver<u64>, stages: [Work; 3], token: CancellationToken) -> Receiver<u64> {
    stages.into_iter().fold(input, |input, work| {
        let (output, receiver) = mpsc::channel(CAPACITY);
        let (token, gone) = (token.clone(), output.clone());
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = token.cancelled() => {}
                () = gone.closed() => {}
                () = dispatch(input, work, output) => {}
            }
        });
        receiver
    })
}

async fn dispatch(mut input: Receiver<u64>, work: Work, output: Sender<u64>) {
    let permits = Arc::new(Semaphore::new(WORKERS));
    let mut running = JoinSet::new();
    while let Some(number) = input.recv().await {
        let Ok(permit) = permits.clone().acquire_owned().await else { return };
        let (work, output) = (work.clone(), output.clone());
        running.spawn(async move {
            work.run(number).await;
            output.send(number).await.ok();
            drop(permit);
        });
        while running.try_join_next().is_some() {}
    }
    while running.join_next().await.is_some() {}
}
