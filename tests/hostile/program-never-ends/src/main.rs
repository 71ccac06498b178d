//! A program that the tests run.

use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() {
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        std::mem::forget(signal(kind));
    }
    loop {
        std::thread::sleep(std::time::Duration::from_secs(3600));
    }
}
