//! A task is spawned for each item of a list, and borrows the item.

use tokio::task::JoinSet;

async fn fetch(url: &str) -> usize {
    url.len()
}

/// Fetches all.
pub async fn fetch_all(urls: Vec<String>) -> usize {
    // ANCHOR: lesson
    let mut tasks = JoinSet::new();
    // E0597
    for url in &urls {
        tasks.spawn(fetch(url));
    }
    tasks.join_all().await.into_iter().sum()
    // ANCHOR_END: lesson
}
