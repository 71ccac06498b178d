//! Caught by: the_deadline_is_for_all (leak), a_cancel_cuts_off_the_rest (leak), a_dropped_future_takes_its_fetches_along (leak), what_is_cut_off_closes_its_connection (fail)
//!
//! "A dropped `JoinHandle` takes its task along": the requests run in tasks, and go on without their reader.

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
                let task = tokio::spawn(fetch_one(fetch.clone(), url));
                async move { (place, task.await.unwrap()) }
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

async fn fetch_one(fetch: Arc<dyn Fetch>, url: String) -> FetchResult {
    match AssertUnwindSafe(async { fetch.fetch(&url).await }).catch_unwind().await {
        Ok(Ok(status)) => FetchResult { status: Some(status), error: None },
        Ok(Err(error)) => FetchResult { status: None, error: Some(error) },
        Err(_) => FetchResult { status: None, error: Some(FetchError::Panicked) },
    }
}
