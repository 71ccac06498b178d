//! Tests that a learner wrote, of a function that doubles.

use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// What is tested.
pub(crate) type Double = fn(u64) -> u64;

pub(crate) async fn right_test(double: Double) {
    assert_eq!(double(4), 8); // [asserts]
}

pub(crate) async fn empty(_double: Double) {}

pub(crate) async fn asks_too_much(double: Double) {
    assert_eq!(double(0), 1, "no number is nothing"); // [too-much]
}

/// Its worker panics, and with it the test.
pub(crate) async fn joins(double: Double) {
    let worker = tokio::spawn(async move { assert_eq!(double(4), 8) }); // [worker-asserts]
    worker.await.unwrap();
}

pub(crate) async fn never_joins(double: Double) {
    tokio::spawn(async move { assert_eq!(double(4), 8) }); // [unjoined-asserts]
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Waits for an eight that does not come, beside a ticker.
pub(crate) async fn waits(double: Double) {
    let (sender, mut receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let sender = sender;
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if double(4) == 8 {
                return sender.send(8).await;
            }
        }
    });
    receiver.recv().await; // [waits-for-eight]
}

/// The same within a limit; the ticker is left.
pub(crate) async fn waits_a_while(double: Double) {
    timeout(Duration::from_secs(5), waits(double)).await.expect("no eight within five seconds");
}

pub(crate) async fn leaves_a_task(double: Double) {
    tokio::spawn(std::future::pending::<()>()); // [left]
    right_test(double).await;
}

pub(crate) async fn unwritten_test(_double: Double) {
    todo!("assert something") // [unwritten-test]
}

/// Brings a runtime of its own.
pub(crate) fn blocks_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(test);
}

pub(crate) fn never_comes_back() {
    loop {
        std::thread::park_timeout(Duration::from_millis(10)); // [parks]
    }
}

pub(crate) fn leaves_a_thread() {
    std::thread::spawn(never_comes_back);
}

/// A test of a test: it catches the panic that it asks for.
pub(crate) fn catches_a_panic(double: Double) {
    assert!(std::panic::catch_unwind(|| assert_eq!(double(4), 9)).is_err());
}
