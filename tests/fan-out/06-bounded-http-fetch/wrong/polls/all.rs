//! Caught by: a_slow_url_holds_up_nobody (spin)
//!
//! "Look every few milliseconds": what is done is asked for with a timeout, again and again.

use crate::{Fetch, FetchError, FetchResult};
use futures::{FutureExt, StreamExt, stream};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

pub const CONCURRENCY: usize = 8;
pub const DEADLINE: Duration = Duration::from_secs(5);

pub async fn fetch_all(
    urls: Vec<String>,
    fetch: Arc<dyn Fetch>,
    deadline: Duration,
    token: CancellationToken,
) -> Vec<FetchResult> {
    let mut results = vec![None; urls.len()];
    let gather = async {
        let mut done = stream::iter(urls.into_iter().enumerate())
            .map(|(place, url)| {
                let fetch = fetch.clone();
                async move { (place, fetch_one(fetch, url).await) }
            })
            .buffer_unordered(CONCURRENCY);
        loop {
            match tokio::time::timeout(Duration::from_millis(5), done.next()).await {
                Ok(Some((place, result))) => results[place] = Some(result),
                Ok(None) => return,
                Err(_) => {}
            }
        }
    };
    let cut_off = tokio::select! {
        biased;
        () = token.cancelled() => Some(FetchError::Cancelled),
        () = tokio::time::sleep(deadline) => Some(FetchError::DeadlineExceeded),
        () = gather => None,
    };
    results
        .into_iter()
        .map(|result| result.unwrap_or_else(|| FetchResult { status: None, error: cut_off.clone() }))
        .collect()
}

async fn fetch_one(fetch: Arc<dyn Fetch>, url: String) -> FetchResult {
    match AssertUnwindSafe(async { fetch.fetch(&url).await }).catch_unwind().await {
        Ok(Ok(status)) => FetchResult { status: Some(status), error: None },
        Ok(Err(error)) => FetchResult { status: None, error: Some(error) },
        Err(_) => FetchResult { status: None, error: Some(FetchError::Panicked) },
    }
}
