//! A batch is used after it was sent.

use tokio::sync::mpsc::{Sender, error::SendError};

/// Sends a batch; says how many items it had.
pub async fn send(batch: Vec<u64>, sender: &Sender<Vec<u64>>) -> Result<usize, SendError<Vec<u64>>> {
    // ANCHOR: lesson
    let count = batch.len();
    sender.send(batch).await?;
    Ok(count)
    // ANCHOR_END: lesson
}
