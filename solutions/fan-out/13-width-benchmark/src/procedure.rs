//! Picking a width.

use crate::{GAIN, Stage, measure};
use std::time::Duration;

// ANCHOR: choose
/// Doubles the width of `stage` while that pays, while p99 is within `slo`, and up to `most`. Returns the last width
/// that did, or nothing if not even 1 does.
///
/// # Cancel safety
///
/// As [`measure`](crate::measure()).
pub async fn choose<S: Stage>(stage: &S, slo: Duration, most: usize) -> Option<usize> {
    let mut best = measure(stage, 1).await;
    if best.p99 > slo {
        return None;
    }
    while best.width * 2 <= most {
        let wider = measure(stage, best.width * 2).await;
        if wider.p99 > slo || wider.throughput < GAIN * best.throughput {
            break;
        }
        best = wider;
    }
    Some(best.width)
}
// ANCHOR_END: choose
