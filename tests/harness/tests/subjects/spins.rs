//! Waiting by looking again and again.

use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

/// A stage that looks for its next item without waiting for it.
pub(crate) fn busy(mut input: mpsc::Receiver<u64>) {
    // [busy-spawn]
    tokio::spawn(async move {
        loop {
            match input.try_recv() {
                Ok(_) => {}
                Err(TryRecvError::Empty) => tokio::task::yield_now().await,
                Err(TryRecvError::Disconnected) => return,
            }
        }
    });
}

/// The same with a pause.
pub(crate) fn polite(mut input: mpsc::Receiver<u64>) {
    // [polite-spawn]
    tokio::spawn(async move {
        loop {
            match input.try_recv() {
                Ok(_) => {}
                Err(TryRecvError::Empty) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(TryRecvError::Disconnected) => return,
            }
        }
    });
}

/// The same, parked.
pub(crate) fn parked(mut input: mpsc::Receiver<u64>) {
    tokio::spawn(async move { while input.recv().await.is_some() {} });
}

/// Looks without waiting, in what the test calls.
pub(crate) async fn busy_in_the_call(input: &mut mpsc::Receiver<u64>) -> u64 {
    loop {
        match input.try_recv() {
            Ok(item) => return item,
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// Passes many items on at one instant, one at a time.
pub(crate) fn pass_on(count: u64) -> mpsc::Receiver<u64> {
    let (tx, rx) = mpsc::channel(1);
    tokio::spawn(async move {
        for item in 0..count {
            if tx.send(item).await.is_err() {
                return;
            }
        }
    });
    rx
}
