//! Caught by: the_primary_may_still_win (fail), a_failure_leaves_it_to_the_other (fail), two_failures_are_one_error (fail)
//!
//! "A hedge is a timeout and another try": `timeout` is given the primary itself, and drops it when the time is over.

use crate::{BothFailed, FetchError, TryFetch};
use std::sync::Arc;
use std::time::Duration;

pub const STAGGER: Duration = Duration::from_millis(50);

pub async fn hedged(fetch: Arc<dyn TryFetch>, item: u64) -> Result<u64, BothFailed> {
    let primary = match tokio::time::timeout(STAGGER, fetch.try_fetch(item)).await {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error,
        Err(_) => FetchError("took too long".to_owned()),
    };
    fetch.try_fetch(item).await.map_err(|hedge| BothFailed { primary, hedge })
}
