//! Caught by: one_result_per_url_in_order (fail), a_panic_is_an_error_of_its_url (fail), every_answer_has_its_result (fail)
//!
//! "`?` is how errors are handled": the first error ends the list, and the rest is called off.

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
        while let Some((place, result)) = done.next().await {
            let failed = result.error.is_some();
            results[place] = Some(result);
            if failed {
                return;
            }
        }
    };
    let cut_off = tokio::select! {
        biased;
        () = token.cancelled() => Some(FetchError::Cancelled),
        () = tokio::time::sleep(deadline) => Some(FetchError::DeadlineExceeded),
        () = gather => Some(FetchError::Cancelled),
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
