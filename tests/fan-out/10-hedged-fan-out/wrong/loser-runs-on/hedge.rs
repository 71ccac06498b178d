//! Caught by: a_slow_primary_is_hedged_after_50_ms (leak), the_primary_may_still_win (leak), dropping_hedged_drops_both_attempts (leak), exactly_the_slow_ones_are_hedged (leak), dropping_the_output_stops_everything (leak)
//!
//! "Whoever does not wait for a task has ended it": each attempt is a task, and the loser goes on behind the answer.

use crate::{BothFailed, TryFetch};
use futures::FutureExt;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

pub const STAGGER: Duration = Duration::from_millis(50);

pub async fn hedged(fetch: Arc<dyn TryFetch>, item: u64) -> Result<u64, BothFailed> {
    let attempt = || {
        let fetch = fetch.clone();
        tokio::spawn(async move { fetch.try_fetch(item).await })
            .map(|done| done.unwrap_or_else(|error| resume_unwind(error.into_panic())))
    };
    let mut primary = attempt();
    let early = tokio::time::timeout(STAGGER, &mut primary).await;
    if let Ok(Ok(value)) = early {
        return Ok(value);
    }
    let mut hedge = attempt();
    if let Ok(primary) = early {
        let hedge = hedge.await;
        return hedge.or_else(|hedge| match primary {
            Ok(value) => Ok(value),
            Err(primary) => Err(BothFailed { primary, hedge }),
        });
    }
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
