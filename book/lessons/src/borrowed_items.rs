//! A task is spawned for each item of a list, and borrows the item.

use tokio::task::JoinSet;

async fn fetch(url: &str) -> usize {
    url.len()
}

/// Fetches all.
pub async fn fetch_all(urls: Vec<String>) -> usize {
    // ANCHOR: lesson
    let mut tasks = JoinSet::new();
    for url in urls {
        tasks.spawn(async move { fetch(&url).await });
    }
    tasks.join_all().await.into_iter().sum()
    // ANCHOR_END: lesson
}
