//! Caught by: the_width_doubles_while_it_pays (fail), the_slo_stops_the_doubling (fail)
//!
//! "First the facts, then the choice": every width up to `most` is measured, and of those within the SLO the one with
//! the most throughput is taken.

use crate::{Stage, measure};
use std::time::Duration;

pub async fn choose<S: Stage>(stage: &S, slo: Duration, most: usize) -> Option<usize> {
    let mut points = Vec::new();
    let mut width = 1;
    while width <= most {
        points.push(measure(stage, width).await);
        width *= 2;
    }
    points.retain(|point| point.p99 <= slo);
    points.into_iter().max_by(|a, b| a.throughput.total_cmp(&b.throughput)).map(|point| point.width)
}
