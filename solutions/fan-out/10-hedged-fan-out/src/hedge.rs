//! One item: an attempt, and another one beside it if that is slow.

use crate::{BothFailed, TryFetch};
use std::sync::Arc;
use std::time::Duration;

/// How long the primary has before the hedge begins beside it.
///
/// It is above what nearly every primary takes, so that few are hedged, and well below what the slow ones take.
pub const STAGGER: Duration = Duration::from_millis(50);

// ANCHOR: hedged
/// The value of `item`, from whichever of at most two attempts succeeds first. The second, the hedge, begins when the
/// primary has taken [`STAGGER`], or has failed.
///
/// # Errors
///
/// [`BothFailed`], with both errors, if neither attempt succeeds.
///
/// # Cancel safety
///
/// Dropping the future gives up the attempts that are under way.
pub async fn hedged(fetch: Arc<dyn TryFetch>, item: u64) -> Result<u64, BothFailed> {
    let mut primary = fetch.try_fetch(item);
    // By reference: when the time is over, only the wait for the primary ends.
    let early = tokio::time::timeout(STAGGER, &mut primary).await;
    if let Ok(Ok(value)) = early {
        return Ok(value);
    }
    let mut hedge = fetch.try_fetch(item);
    let (primary, hedge) = match early {
        Ok(primary) => (primary, hedge.await),
        Err(_) => tokio::select! {
            primary = &mut primary => match primary {
                Ok(value) => return Ok(value),
                Err(_) => (primary, hedge.await),
            },
            hedge = &mut hedge => match hedge {
                Ok(value) => return Ok(value),
                Err(_) => (primary.await, hedge),
            },
        },
    };
    match (primary, hedge) {
        (Ok(value), _) | (_, Ok(value)) => Ok(value),
        (Err(primary), Err(hedge)) => Err(BothFailed { primary, hedge }),
    }
}
// ANCHOR_END: hedged
