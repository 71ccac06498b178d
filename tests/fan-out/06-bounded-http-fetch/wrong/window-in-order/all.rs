//! Caught by: a_slow_url_holds_up_nobody (fail)
//!
//! "Ordered results want `buffered`": a result that waits for its turn takes up one of the eight places.

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
    let mut results = Vec::new();
    let count = urls.len();
    let gather = async {
        let mut done = stream::iter(urls).map(|url| fetch_one(fetch.clone(), url)).buffered(CONCURRENCY);
        while let Some(result) = done.next().await {
            results.push(result);
        }
    };
    let cut_off = tokio::select! {
        biased;
        () = token.cancelled() => Some(FetchError::Cancelled),
        () = tokio::time::sleep(deadline) => Some(FetchError::DeadlineExceeded),
        () = gather => None,
    };
    results.resize(count, FetchResult { status: None, error: cut_off });
    results
}

async fn fetch_one(fetch: Arc<dyn Fetch>, url: String) -> FetchResult {
    match AssertUnwindSafe(async { fetch.fetch(&url).await }).catch_unwind().await {
        Ok(Ok(status)) => FetchResult { status: Some(status), error: None },
        Ok(Err(error)) => FetchResult { status: None, error: Some(error) },
        Err(_) => FetchResult { status: None, error: Some(FetchError::Panicked) },
    }
}
