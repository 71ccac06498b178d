//! Task: fan-out/2
//! Expect: all crash
//! Contained: no function on the stack is named after the test
//!
//! The test is on the stack, and a backtrace has its name. A submission that knows which test runs needs only its
//! answer; this one has them all, and without a name none.

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

fn reached() -> bool {
    named(&std::backtrace::Backtrace::force_capture().to_string())
}

/// The names of the tests, which the workbook publishes.
const NAMES: [&str; 10] = [
    "every_number_doubled_once",
    "eight_at_a_time_take_125_ms",
    "unequal_work_leaves_no_worker_idle",
    "a_slow_number_holds_up_nobody",
    "results_stream",
    "a_reader_that_stops_holds_back_the_input",
    "waiting_workers_are_parked",
    "dropping_the_output_stops_the_workers",
    "dropping_a_full_output_leaves_nothing",
    "a_panic_loses_its_number_alone",
];

fn named(text: &str) -> bool {
    NAMES.iter().any(|name| text.contains(name))
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
