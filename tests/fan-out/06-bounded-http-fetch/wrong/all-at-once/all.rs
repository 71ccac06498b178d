//! Caught by: eight_at_a_time (bound), the_deadline_is_for_all (bound), a_cancel_cuts_off_the_rest (bound), a_dropped_future_takes_its_fetches_along (bound), a_panic_is_an_error_of_its_url (bound)
//!
//! "The client bounds its connections": every request is begun at once, and `join_all` polls them all.

use crate::{Fetch, FetchError, FetchResult};
use futures::FutureExt;
use futures::future::join_all;
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
    let results = std::sync::Mutex::new(vec![None; urls.len()]);
    let gather = async {
        let fetches = urls.into_iter().enumerate().map(|(place, url)| {
            let (fetch, results) = (fetch.clone(), &results);
            async move {
                let result = fetch_one(fetch, url).await;
                results.lock().unwrap()[place] = Some(result);
            }
        });
        join_all(fetches).await;
    };
    let cut_off = tokio::select! {
        biased;
        () = token.cancelled() => Some(FetchError::Cancelled),
        () = tokio::time::sleep(deadline) => Some(FetchError::DeadlineExceeded),
        () = gather => None,
    };
    let results = results.into_inner().unwrap();
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
