//! A permit goes into a task and borrows from the semaphore.

use std::sync::Arc;
use tokio::sync::Semaphore;

/// Works in a task, within the limit.
pub async fn start(limit: Arc<Semaphore>, work: impl Future<Output = ()> + Send + 'static) {
    // ANCHOR: lesson
    let permit = limit.acquire_owned().await.expect("never closed");
    tokio::spawn(async move {
        work.await;
        drop(permit);
    });
    // ANCHOR_END: lesson
}
