//! Caught by: a_failure_leaves_it_to_the_other (fail), two_failures_are_one_error (fail)
//!
//! "The hedge begins after 50 ms": also if the primary has failed long before, and nothing is left to wait for.

use crate::{BothFailed, TryFetch};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

pub const STAGGER: Duration = Duration::from_millis(50);

pub async fn hedged(fetch: Arc<dyn TryFetch>, item: u64) -> Result<u64, BothFailed> {
    let mut primary = fetch.try_fetch(item);
    let mut stagger = pin!(tokio::time::sleep(STAGGER));
    let early = tokio::select! {
        primary = &mut primary => Some(primary),
        () = &mut stagger => None,
    };
    if let Some(Ok(value)) = early {
        return Ok(value);
    }
    let mut hedge = fetch.try_fetch(item);
    if let Some(primary) = early {
        stagger.await;
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
