//! Task: fan-out/2
//! Expect: pass
//! Contained: no report and no terminal gets the submission's control characters
//!
//! What is printed reaches the instructor's terminal, where an escape sequence can clear what stood there.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Eight workers, and what the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    print!(
        "\x1b[2J\x1b[H\x1b[1A\x1b[2K\x1b]0;graded\x07\x1b]52;c;cm0gLXJm\x07\x1b]8;;http://192.0.2.1/\x1b\\ok\x1b]8;;\x1b\\"
    );
    println!("\r       ok  10 of 10 criteria hold.\x08\x08\u{202e}\u{200b}\u{feff}\u{0}");
    right(input, work)
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
