//! Attempts as tasks of a `JoinSet`, which aborts them when it is dropped; a panic is passed on.

use crate::{BothFailed, TryFetch};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

pub const STAGGER: Duration = Duration::from_millis(50);

pub async fn hedged(fetch: Arc<dyn TryFetch>, item: u64) -> Result<u64, BothFailed> {
    let mut attempts = JoinSet::new();
    let attempt = |hedge: bool| {
        let fetch = fetch.clone();
        async move { (hedge, fetch.try_fetch(item).await) }
    };
    attempts.spawn(attempt(false));
    let mut hedge_at = Some(Instant::now() + STAGGER);
    let (mut primary, mut hedge) = (None, None);
    loop {
        let until = hedge_at.unwrap_or_else(Instant::now);
        tokio::select! {
            biased;
            done = attempts.join_next(), if !attempts.is_empty() => match done {
                Some(Ok((_, Ok(value)))) => return Ok(value),
                Some(Ok((true, Err(error)))) => hedge = Some(error),
                Some(Ok((false, Err(error)))) => {
                    primary = Some(error);
                    if hedge_at.take().is_some() {
                        attempts.spawn(attempt(true));
                    }
                }
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                None => {}
            },
            () = sleep_until(until), if hedge_at.is_some() => {
                hedge_at = None;
                attempts.spawn(attempt(true));
            }
        }
        if let (Some(primary), Some(hedge)) = (&primary, &hedge) {
            return Err(BothFailed { primary: primary.clone(), hedge: hedge.clone() });
        }
    }
}
