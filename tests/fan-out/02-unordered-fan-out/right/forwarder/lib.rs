//! Workers that send into a channel of their own and a forwarder behind them: as much on the way as is allowed.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    let (results, mut done) = mpsc::channel(WORKERS);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let (input, work, results) = (input.clone(), work.clone(), results.clone());
        tokio::spawn(async move {
            loop {
                let number = input.lock().await.recv().await;
                let Some(number) = number else { return };
                work.run(number).await;
                if results.send(number * 2).await.is_err() {
                    return;
                }
            }
        });
    }
    tokio::spawn(async move {
        while let Some(result) = done.recv().await {
            if output.send(result).await.is_err() {
                return;
            }
        }
    });
    receiver
}
