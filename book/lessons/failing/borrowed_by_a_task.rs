//! A task uses a variable of the function that spawned it.

use tokio::task::JoinHandle;

/// Says hello in a task.
pub fn greet(name: &str) -> JoinHandle<usize> {
    // ANCHOR: lesson
    let text = format!("Hello {name}");
    tokio::spawn(async { text.len() }) // E0373
    // ANCHOR_END: lesson
}
