//! Two workers take from one receiver.

use tokio::sync::mpsc::Receiver;

async fn worker(receiver: &mut Receiver<u64>) -> u64 {
    let mut sum = 0;
    while let Some(item) = receiver.recv().await {
        sum += item;
    }
    sum
}

// ANCHOR: lesson
/// Two at once.
pub async fn two(mut receiver: Receiver<u64>) -> u64 {
    let (a, b) = tokio::join!(worker(&mut receiver), worker(&mut receiver)); // E0499
    a + b
}
// ANCHOR_END: lesson
