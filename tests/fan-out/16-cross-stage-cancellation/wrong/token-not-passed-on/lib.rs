//! Caught by: a_cancel_stops_stages_at_work (leak), a_cancel_reaches_tasks_that_wait (leak), cancelled_before_the_start (fail)
//!
//! "The stages have a token": a new one, which the caller's never reaches.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 4;
pub const CAPACITY: usize = 4;

pub fn pipeline(mut input: Receiver<u64>, stages: [Work; 3], token: CancellationToken) -> Receiver<u64> {
    let own = CancellationToken::new();
    let _ = token;
    for (number, work) in stages.into_iter().enumerate() {
        let (output, receiver) = mpsc::channel(CAPACITY);
        let shared = Arc::new(Mutex::new(std::mem::replace(&mut input, receiver)));
        for _ in 0..WORKERS {
            let (input, work, output, own) = (shared.clone(), work.clone(), output.clone(), own.clone());
            tokio::spawn(async move {
                let watched = output.clone();
                let worker = async {
                    loop {
                        let next = input.lock().await.recv().await;
                        let Some(number) = next else { return };
                        work.run(number).await;
                        if output.send(number).await.is_err() {
                            return;
                        }
                    }
                };
                tokio::select! {
                    biased;
                    () = own.cancelled() => {}
                    () = watched.closed(), if number == 2 => own.cancel(),
                    () = worker => {}
                }
            });
        }
    }
    input
}
