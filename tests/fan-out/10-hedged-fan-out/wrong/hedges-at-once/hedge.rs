//! Caught by: a_quick_primary_is_not_hedged (fail), a_slow_primary_is_hedged_after_50_ms (fail), a_failure_leaves_it_to_the_other (fail), two_failures_are_one_error (fail), exactly_the_slow_ones_are_hedged (fail)
//!
//! "Two attempts are quicker than one": both begin at once, and every item is asked for twice.

use crate::{BothFailed, TryFetch};
use std::sync::Arc;
use std::time::Duration;

pub const STAGGER: Duration = Duration::from_millis(50);

pub async fn hedged(fetch: Arc<dyn TryFetch>, item: u64) -> Result<u64, BothFailed> {
    let mut primary = fetch.try_fetch(item);
    let mut hedge = fetch.try_fetch(item);
    let (primary, hedge) = tokio::select! {
        primary = &mut primary => match primary {
            Ok(value) => return Ok(value),
            Err(_) => (primary, hedge.await),
        },
        hedge = &mut hedge => match hedge {
            Ok(value) => return Ok(value),
            Err(_) => (primary.await, hedge),
        },
    };
    match (primary, hedge) {
        (Ok(value), _) | (_, Ok(value)) => Ok(value),
        (Err(primary), Err(hedge)) => Err(BothFailed { primary, hedge }),
    }
}
