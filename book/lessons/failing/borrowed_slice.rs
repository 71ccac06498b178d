//! A borrowed slice goes to the blocking pool.

use std::sync::Arc;
use tokio::task::spawn_blocking;

fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte)).sum()
}

// ANCHOR: lesson
/// Computes where it holds up nobody.
pub async fn summed(block: &[u8]) -> u64 {
    spawn_blocking(move || checksum(block)).await.expect("no panic") // E0521
}
// ANCHOR_END: lesson

/// Shares a block that somebody else may use meanwhile.
pub fn share(block: Vec<u8>) -> Arc<[u8]> {
    block.into()
}
