//! Caught by: the_token_is_the_callers (crash), a_panic_ends_no_worse_than_its_item (crash)
//!
//! "A worker cannot fail": the supervisor unwraps each join, and a panic in the work becomes its own.

use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 4;
pub const CAPACITY: usize = 4;

pub fn pipeline(mut input: Receiver<u64>, stages: [Work; 3], token: CancellationToken) -> Receiver<u64> {
    if token.is_cancelled() {
        return mpsc::channel(1).1;
    }
    let mut workers = JoinSet::new();
    let mut last = None;
    for work in stages {
        let (output, receiver) = mpsc::channel(CAPACITY);
        let shared = Arc::new(Mutex::new(std::mem::replace(&mut input, receiver)));
        for _ in 0..WORKERS {
            let (input, work, output) = (shared.clone(), work.clone(), output.clone());
            workers.spawn(async move {
                loop {
                    let next = input.lock().await.recv().await;
                    let Some(number) = next else { return };
                    work.run(number).await;
                    if output.send(number).await.is_err() {
                        return;
                    }
                }
            });
        }
        last = Some(output);
    }
    let output = last.expect("there are three stages");
    tokio::spawn(async move {
        let joined = async {
            while let Some(joined) = workers.join_next().await {
                joined.expect("a worker ends with its input");
            }
        };
        tokio::select! {
            () = token.cancelled() => {}
            () = output.closed() => {}
            () = joined => {}
        }
    });
    input
}
