//! Picking a width.

use crate::Stage;
use std::time::Duration;

/// Doubles the width of `stage` while that pays, while p99 is within `slo`, and up to `most`. Returns the last width
/// that did, or nothing if not even 1 does.
pub async fn choose<S: Stage>(stage: &S, slo: Duration, most: usize) -> Option<usize> {
    let _ = (stage, slo, most);
    todo!("measure 1, 2, 4 and so on, and stop at the first that gains too little or breaks the SLO")
}
