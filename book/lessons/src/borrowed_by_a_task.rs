//! A task uses a variable of the function that spawned it.

use tokio::task::JoinHandle;

/// Says hello in a task.
pub fn greet(name: &str) -> JoinHandle<usize> {
    // ANCHOR: lesson
    let text = format!("Hello {name}");
    tokio::spawn(async move { text.len() })
    // ANCHOR_END: lesson
}
