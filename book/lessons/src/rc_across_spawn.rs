//! Two tasks count in one variable.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio::task::JoinHandle;

// ANCHOR: lesson
/// Counts in a task.
pub fn count(done: &Arc<AtomicU64>) -> JoinHandle<()> {
    let done = Arc::clone(done);
    tokio::spawn(async move {
        done.fetch_add(1, Relaxed);
    })
}
// ANCHOR_END: lesson
