//! Caught by: a_failure_leaves_it_to_the_other (fail), two_failures_are_one_error (fail)
//!
//! "The first that is over has won": between two attempts, a quick error wins over a later success.

use crate::{BothFailed, TryFetch};
use std::sync::Arc;
use std::time::Duration;

pub const STAGGER: Duration = Duration::from_millis(50);

pub async fn hedged(fetch: Arc<dyn TryFetch>, item: u64) -> Result<u64, BothFailed> {
    let mut primary = fetch.try_fetch(item);
    let primary = match tokio::time::timeout(STAGGER, &mut primary).await {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => {
            return fetch.try_fetch(item).await.map_err(|hedge| BothFailed { primary: error, hedge });
        }
        Err(_) => primary,
    };
    let first = tokio::select! {
        primary = primary => primary,
        hedge = fetch.try_fetch(item) => hedge,
    };
    first.map_err(|error| BothFailed { primary: error.clone(), hedge: error })
}
