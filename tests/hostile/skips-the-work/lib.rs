//! Task: fan-out/2
//! Expect: fail, earns 6
//! Contained: work that was begun and dropped is not done
//!
//! The probe counts what was begun. To begin each number's work and drop it takes no time at all.

use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

/// Begins the work on eight numbers, drops it, and says that it took a millisecond.
pub fn fan_out(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    tokio::spawn(async move {
        let mut numbers = Vec::new();
        while input.recv_many(&mut numbers, 8).await > 0 {
            let mut begun: Vec<_> = numbers.iter().map(|number| Box::pin(work.run(*number))).collect();
            for run in &mut begun {
                let _ = futures::poll!(run);
            }
            drop(begun);
            tokio::time::sleep(Duration::from_millis(1)).await;
            for number in numbers.drain(..) {
                if output.send(number * 2).await.is_err() {
                    return;
                }
            }
        }
    });
    receiver
}
