//! All futures at once, of which eight have a permit; each has an end of its own, but all at the same moment.

use crate::{Fetch, FetchError, FetchResult};
use futures::FutureExt;
use futures::future::join_all;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub const CONCURRENCY: usize = 8;
pub const DEADLINE: Duration = Duration::from_secs(5);

pub async fn fetch_all(
    urls: Vec<String>,
    fetch: Arc<dyn Fetch>,
    deadline: Duration,
    token: CancellationToken,
) -> Vec<FetchResult> {
    let until = tokio::time::Instant::now() + deadline;
    let permits = Semaphore::new(CONCURRENCY);
    let fetches = urls.into_iter().map(|url| {
        let (fetch, token, permits) = (fetch.clone(), &token, &permits);
        async move {
            let fetched = async {
                let _permit = permits.acquire().await;
                fetch_one(fetch, url).await
            };
            let error = tokio::select! {
                biased;
                () = token.cancelled() => FetchError::Cancelled,
                () = tokio::time::sleep_until(until) => FetchError::DeadlineExceeded,
                result = fetched => return result,
            };
            FetchResult { status: None, error: Some(error) }
        }
    });
    join_all(fetches).await
}

async fn fetch_one(fetch: Arc<dyn Fetch>, url: String) -> FetchResult {
    match AssertUnwindSafe(async { fetch.fetch(&url).await }).catch_unwind().await {
        Ok(Ok(status)) => FetchResult { status: Some(status), error: None },
        Ok(Err(error)) => FetchResult { status: None, error: Some(error) },
        Err(_) => FetchResult { status: None, error: Some(FetchError::Panicked) },
    }
}
