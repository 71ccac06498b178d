//! Eight workers that take the next URL from one list and send each result, with its place, into one channel.

use crate::{Fetch, FetchError, FetchResult};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

pub const CONCURRENCY: usize = 8;
pub const DEADLINE: Duration = Duration::from_secs(5);

pub async fn fetch_all(
    urls: Vec<String>,
    fetch: Arc<dyn Fetch>,
    deadline: Duration,
    token: CancellationToken,
) -> Vec<FetchResult> {
    let until = Instant::now() + deadline;
    let mut results = vec![None; urls.len()];
    let cut_off = |results: Vec<Option<FetchResult>>, error: FetchError| {
        let rest = FetchResult { status: None, error: Some(error) };
        results.into_iter().map(|result| result.unwrap_or_else(|| rest.clone())).collect()
    };
    if token.is_cancelled() {
        return cut_off(results, FetchError::Cancelled);
    }
    let left = Arc::new(Mutex::new(urls.into_iter().enumerate()));
    let (sender, mut done) = mpsc::channel(CONCURRENCY);
    let mut workers = JoinSet::new();
    for _ in 0..CONCURRENCY {
        let (left, fetch, sender) = (left.clone(), fetch.clone(), sender.clone());
        workers.spawn(async move {
            loop {
                let next = left.lock().unwrap().next();
                let Some((place, url)) = next else { return };
                let result = fetch_one(fetch.clone(), url).await;
                if sender.send((place, result)).await.is_err() {
                    return;
                }
            }
        });
    }
    drop(sender);
    loop {
        match timeout_at(until, token.run_until_cancelled(done.recv())).await {
            Ok(Some(Some((place, result)))) => results[place] = Some(result),
            Ok(Some(None)) => return cut_off(results, FetchError::Cancelled),
            Ok(None) => return cut_off(results, FetchError::Cancelled),
            Err(_) => return cut_off(results, FetchError::DeadlineExceeded),
        }
    }
}

async fn fetch_one(fetch: Arc<dyn Fetch>, url: String) -> FetchResult {
    match AssertUnwindSafe(async { fetch.fetch(&url).await }).catch_unwind().await {
        Ok(Ok(status)) => FetchResult { status: Some(status), error: None },
        Ok(Err(error)) => FetchResult { status: None, error: Some(error) },
        Err(_) => FetchResult { status: None, error: Some(FetchError::Panicked) },
    }
}
