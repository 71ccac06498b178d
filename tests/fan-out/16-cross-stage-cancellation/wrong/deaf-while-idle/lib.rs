//! Caught by: dropping_the_output_reaches_tasks_that_wait (leak), a_cancel_reaches_tasks_that_wait (leak)
//!
//! "Who has no number has nothing to stop": work and sends are raced, the wait for a number is not.

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
                while !token.is_cancelled() {
                    let next = input.lock().await.recv().await;
                    let Some(number) = next else { return };
                    let done = async {
                        work.run(number).await;
                        output.send(number).await.ok();
                    };
                    tokio::select! {
                        biased;
                        () = token.cancelled() => return,
                        () = output.closed() => return,
                        () = done => {}
                    }
                }
            });
        }
        receiver
    })
}
