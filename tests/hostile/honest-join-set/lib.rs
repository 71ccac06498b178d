//! Task: fan-out/2
//! Expect: pass
//! Contained: an honest submission is judged as it would be alone
//!
//! Nothing but the task's own: a set of tasks.

use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
use workbook::Work;

pub const WORKERS: usize = 8;
pub const CAPACITY: usize = 8;

pub fn fan_out(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        let mut running = JoinSet::new();
        let mut open = true;
        while open || !running.is_empty() {
            tokio::select! {
                number = input.recv(), if open && running.len() < WORKERS => match number {
                    Some(number) => {
                        let work = work.clone();
                        running.spawn(async move {
                            work.run(number).await;
                            number * 2
                        });
                    }
                    None => open = false,
                },
                Some(result) = running.join_next() => {
                    let Ok(result) = result else { continue };
                    if output.send(result).await.is_err() {
                        return;
                    }
                }
            }
        }
    });
    receiver
}
