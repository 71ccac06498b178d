//! A `JoinSet` that is filled up to eight; a place is remembered by the id of its task, for a panic tells no more.

use crate::{Fetch, FetchError, FetchResult};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
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
        let mut left = urls.into_iter().enumerate();
        let mut places = HashMap::new();
        let mut running = JoinSet::new();
        loop {
            while running.len() < CONCURRENCY
                && let Some((place, url)) = left.next()
            {
                let fetch = fetch.clone();
                places.insert(running.spawn(async move { fetch.fetch(&url).await }).id(), place);
            }
            let (id, result) = match running.join_next_with_id().await {
                None => return,
                Some(Ok((id, Ok(status)))) => (id, FetchResult { status: Some(status), error: None }),
                Some(Ok((id, Err(error)))) => (id, FetchResult { status: None, error: Some(error) }),
                Some(Err(error)) => (error.id(), FetchResult { status: None, error: Some(FetchError::Panicked) }),
            };
            if let Some(place) = places.remove(&id) {
                results[place] = Some(result);
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
