//! Caught by: a_panic_is_an_error_of_its_url (fail)
//!
//! "An error is a `Result`": a panic in one fetch goes through the stream that polls it, and takes all others along.

use crate::{Fetch, FetchError, FetchResult};
use futures::{StreamExt, stream};
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
                async move {
                    let result = match fetch.fetch(&url).await {
                        Ok(status) => FetchResult { status: Some(status), error: None },
                        Err(error) => FetchResult { status: None, error: Some(error) },
                    };
                    (place, result)
                }
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
