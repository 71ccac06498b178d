//! Caught by: dropping_the_output_stops_stages_at_work (leak), dropping_the_output_reaches_tasks_that_wait (leak), a_cancel_stops_stages_at_work (leak), a_cancel_reaches_tasks_that_wait (leak)
//!
//! "A dropped `JoinHandle` stops its task": the supervisor lets go of the handles, and the tasks go on.

use futures::future::join_all;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 4;
pub const CAPACITY: usize = 4;

pub fn pipeline(mut input: Receiver<u64>, stages: [Work; 3], token: CancellationToken) -> Receiver<u64> {
    if token.is_cancelled() {
        return mpsc::channel(1).1;
    }
    let mut workers = Vec::new();
    let mut last = None;
    for work in stages {
        let (output, receiver) = mpsc::channel(CAPACITY);
        let shared = Arc::new(Mutex::new(std::mem::replace(&mut input, receiver)));
        for _ in 0..WORKERS {
            let (input, work, output) = (shared.clone(), work.clone(), output.clone());
            workers.push(tokio::spawn(async move {
                loop {
                    let next = input.lock().await.recv().await;
                    let Some(number) = next else { return };
                    work.run(number).await;
                    if output.send(number).await.is_err() {
                        return;
                    }
                }
            }));
        }
        last = Some(output);
    }
    let output = last.expect("there are three stages");
    tokio::spawn(async move {
        tokio::select! {
            () = token.cancelled() => {}
            () = output.closed() => {}
            _ = join_all(workers) => {}
        }
    });
    input
}
