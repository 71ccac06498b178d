//! One item: an attempt, and another one beside it if that is slow.

use crate::{BothFailed, TryFetch};
use std::sync::Arc;
use std::time::Duration;

/// How long the primary has before the hedge begins beside it.
pub const STAGGER: Duration = Duration::from_millis(50);

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
    let _ = (fetch, item);
    todo!("wait for the primary for at most STAGGER, then for whichever of the two attempts succeeds first")
}
