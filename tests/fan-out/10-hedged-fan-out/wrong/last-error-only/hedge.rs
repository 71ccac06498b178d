//! Caught by: two_failures_are_one_error (fail)
//!
//! "`select_ok` does it": it waits for the first success, and of the errors it keeps only the last.

use crate::{BothFailed, TryFetch};
use futures::future::select_ok;
use std::sync::Arc;
use std::time::Duration;

pub const STAGGER: Duration = Duration::from_millis(50);

pub async fn hedged(fetch: Arc<dyn TryFetch>, item: u64) -> Result<u64, BothFailed> {
    let mut primary = fetch.try_fetch(item);
    match tokio::time::timeout(STAGGER, &mut primary).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => fetch.try_fetch(item).await.map_err(|hedge| BothFailed { primary: error, hedge }),
        Err(_) => match select_ok([primary, fetch.try_fetch(item)]).await {
            Ok((value, _)) => Ok(value),
            Err(last) => Err(BothFailed { primary: last.clone(), hedge: last }),
        },
    }
}
