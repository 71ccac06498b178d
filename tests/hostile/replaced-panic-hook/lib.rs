//! Task: fan-out/2
//! Expect: all crash
//! Contained: a panic is seen whatever the panic hook is
//!
//! The judge learns of a panic in a task by its hook; with another hook in its place it learns nothing.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Eight workers, each of which panics at its end.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    std::panic::set_hook(Box::new(|_| {}));
    panicking(input, work)
}

/// The right solution, but for an end that every worker comes to.
fn panicking(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..8 {
        let (input, work, output) = (input.clone(), work.clone(), output.clone());
        tokio::spawn(async move {
            worker(input, work, output).await;
            panic!("nobody will know")
        });
    }
    receiver
}

async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>) {
    while let Some(number) = next(&input).await {
        work.run(number).await;
        if output.send(number * 2).await.is_err() {
            return;
        }
    }
}

async fn next(input: &Mutex<Receiver<u64>>) -> Option<u64> {
    input.lock().await.recv().await
}
