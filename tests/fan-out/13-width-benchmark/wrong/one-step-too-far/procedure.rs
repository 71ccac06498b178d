//! Caught by: the_width_doubles_while_it_pays (fail), the_slo_stops_the_doubling (fail)
//!
//! "The loop ends where it stops paying, so that is the width": the width that gained too little or broke the SLO is
//! returned, not the one before it.

use crate::{GAIN, Stage, measure};
use std::time::Duration;

pub async fn choose<S: Stage>(stage: &S, slo: Duration, most: usize) -> Option<usize> {
    let mut last = measure(stage, 1).await;
    if last.p99 > slo {
        return None;
    }
    while last.width * 2 <= most {
        let wider = measure(stage, last.width * 2).await;
        let pays = wider.p99 <= slo && wider.throughput >= GAIN * last.throughput;
        last = wider;
        if !pays {
            break;
        }
    }
    Some(last.width)
}
