//! A channel for each worker; whoever is idle says so, and the dispatcher hands the next number to it.

use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let (idle, mut waiting) = mpsc::channel(WORKERS);
    for _ in 0..WORKERS {
        let (idle, output, work) = (idle.clone(), output.clone(), work.clone());
        tokio::spawn(async move {
            let (own, mut numbers) = mpsc::channel(1);
            while idle.send(own.clone()).await.is_ok() {
                let number = tokio::select! {
                    number = numbers.recv() => number,
                    () = idle.closed() => numbers.try_recv().ok(),
                };
                let Some(number) = number else { return };
                work.run(number).await;
                if output.send(number * 2).await.is_err() {
                    return;
                }
            }
        });
    }
    drop(idle);
    tokio::spawn(async move {
        while let Some(mut number) = input.recv().await {
            loop {
                let Some(worker) = waiting.recv().await else { return };
                let worker: mpsc::Sender<u64> = worker;
                match worker.send(number).await {
                    Ok(()) => break,
                    Err(mpsc::error::SendError(back)) => number = back,
                }
            }
        }
    });
    receiver
}
