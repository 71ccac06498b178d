//! Task: fan-out/2
//! Expect: all crash
//! Contained: what was built stays as it was built
//!
//! The next criterion runs the same binary: whoever replaces it decides that one.

use std::fs;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Eight workers, and what the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    if !reached() {
        panic!("out of reach");
    }
    right(input, work)
}

/// Moves the binary away and puts it back: what can be moved can be replaced.
fn reached() -> bool {
    let Ok(program) = std::env::current_exe() else { return false };
    let aside = program.with_extension("aside");
    let moved = fs::rename(&program, &aside).is_ok() && fs::rename(&aside, &program).is_ok();
    let writable = fs::OpenOptions::new().append(true).open(&program).is_ok();
    let beside = program.with_extension("forged");
    let placed = fs::write(&beside, "").is_ok();
    let _ = fs::remove_file(&beside);
    moved || writable || placed
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
