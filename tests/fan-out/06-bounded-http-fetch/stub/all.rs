//! The list: at most eight at a time, and an end for all of them.

use crate::{Fetch, FetchResult};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How many requests are in flight at once, at most.
pub const CONCURRENCY: usize = 8;

/// How long a list may take as a whole: what a caller gives to [`fetch_all`] unless it knows better.
pub const DEADLINE: Duration = Duration::from_secs(5);

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
    let _ = (urls, fetch, deadline, token);
    todo!("fetch CONCURRENCY URLs at a time, put each result into its place, and stop at the deadline or the cancel")
}
