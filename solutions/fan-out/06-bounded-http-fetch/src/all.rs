//! The list: at most eight at a time, and an end for all of them.

use crate::{Fetch, FetchError, FetchResult};
use futures::{FutureExt, StreamExt, stream};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How many requests are in flight at once, at most.
pub const CONCURRENCY: usize = 8;

/// How long a list may take as a whole: what a caller gives to [`fetch_all`] unless it knows better.
pub const DEADLINE: Duration = Duration::from_secs(5);

// ANCHOR: fetch_all
/// Fetches every URL, [`CONCURRENCY`] at a time, and returns their results in the order of the URLs.
///
/// `deadline` is the time for all of them together, from the first poll on.
///
/// # Cancel safety
///
/// Dropping the future gives up all requests and loses the results.
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
            results[place] = Some(result);
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
// ANCHOR_END: fetch_all

// ANCHOR: fetch_one
/// The result of one URL, also if its fetch panics.
///
/// A `Fetch` is shared by reference: what a panic may leave half done in it is behind locks of its own, which say so
/// by being poisoned.
async fn fetch_one(fetch: Arc<dyn Fetch>, url: String) -> FetchResult {
    match AssertUnwindSafe(async { fetch.fetch(&url).await }).catch_unwind().await {
        Ok(Ok(status)) => FetchResult { status: Some(status), error: None },
        Ok(Err(error)) => FetchResult { status: None, error: Some(error) },
        Err(_) => FetchResult { status: None, error: Some(FetchError::Panicked) },
    }
}
// ANCHOR_END: fetch_one
