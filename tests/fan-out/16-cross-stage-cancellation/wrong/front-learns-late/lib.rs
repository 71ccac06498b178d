//! Caught by: dropping_the_output_stops_stages_at_work (leak), dropping_the_output_reaches_tasks_that_wait (leak)
//!
//! "A stage whose send fails will end": the last two stages watch their outputs, the first learns at its next send.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 4;
pub const CAPACITY: usize = 4;

pub fn pipeline(mut input: Receiver<u64>, stages: [Work; 3], token: CancellationToken) -> Receiver<u64> {
    for (number, work) in stages.into_iter().enumerate() {
        let (output, receiver) = mpsc::channel(CAPACITY);
        let shared = Arc::new(Mutex::new(std::mem::replace(&mut input, receiver)));
        for _ in 0..WORKERS {
            let (input, work, output, token) = (shared.clone(), work.clone(), output.clone(), token.clone());
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
                    () = token.cancelled() => {}
                    () = watched.closed(), if number > 0 => {}
                    () = worker => {}
                }
            });
        }
    }
    input
}
