//! Task: fan-out/2
//! Expect: build
//! Contained: compilation ends within its limits of time and memory
//!
//! Types are the compiler's to write out: each of these is twice the one before.

#![recursion_limit = "1000000"]
#![expect(unconditional_recursion, reason = "that is the attack")]

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Eight workers, and what the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    println!("{}", std::mem::size_of_val(&grow::<u8>(64)));
    right(input, work)
}

/// Needs itself for a type twice as large, and so on.
fn grow<T: 'static>(left: u64) -> usize {
    if left == 0 { std::any::type_name::<T>().len() } else { grow::<(T, T)>(left - 1) }
}

/// The right solution.
fn right(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..8 {
        tokio::spawn(worker(input.clone(), work.clone(), output.clone()));
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
