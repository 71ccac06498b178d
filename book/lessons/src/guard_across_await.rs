//! A task holds a std lock while it waits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;

/// What is known so far.
pub type Known = Arc<Mutex<HashMap<u64, String>>>;

async fn look_up(id: u64) -> String {
    id.to_string()
}

/// Fills in what is not known.
pub fn learn(known: Known, id: u64) -> JoinHandle<()> {
    // ANCHOR: lesson
    tokio::spawn(async move {
        let name = look_up(id).await;
        let mut known = known.lock().expect("no panic under the lock");
        known.insert(id, name);
    })
    // ANCHOR_END: lesson
}
