//! Caught by: a_cancel_stops_stages_at_work (leak), a_cancel_reaches_tasks_that_wait (leak)
//!
//! "What is begun is finished": the token stops the taking of numbers; work and sends go on to their end.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 4;
pub const CAPACITY: usize = 4;

pub fn pipeline(input: Receiver<u64>, stages: [Work; 3], token: CancellationToken) -> Receiver<u64> {
    stages.into_iter().fold(input, |input, work| {
        let (output, receiver) = mpsc::channel(CAPACITY);
        let input = Arc::new(Mutex::new(input));
        for _ in 0..WORKERS {
            let (input, work, output, token) = (input.clone(), work.clone(), output.clone(), token.clone());
            tokio::spawn(async move {
                let gone = output.clone();
                let worker = async {
                    loop {
                        let next = async { input.lock().await.recv().await };
                        let next = tokio::select! {
                            biased;
                            () = token.cancelled() => return,
                            next = next => next,
                        };
                        let Some(number) = next else { return };
                        work.run(number).await;
                        if output.send(number).await.is_err() {
                            return;
                        }
                    }
                };
                tokio::select! {
                    biased;
                    () = gone.closed() => {}
                    () = worker => {}
                }
            });
        }
        receiver
    })
}
