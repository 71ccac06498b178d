//! A learner's code that does one thing wrong in each function.
#![expect(clippy::disallowed_methods, reason = "it is what is found")]

use std::time::Duration;

pub(crate) async fn leaks() {
    tokio::spawn(std::future::pending::<()>()); // [leaks]
}

pub(crate) async fn blocks() {
    std::thread::sleep(Duration::from_millis(100)); // [blocks]
}

pub(crate) async fn panics() {
    panic!("on purpose"); // [panics]
}
