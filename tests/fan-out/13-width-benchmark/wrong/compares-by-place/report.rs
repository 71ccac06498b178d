//! Caught by: a_regression_is_flagged_with_its_width (fail)
//!
//! "The lists are the same sweep": points are compared with the baseline by their place.

use crate::{Point, Regression, TOLERANCE};

/// A heading and a line for each point: width, items/s, p99 in ms.
pub fn table(points: &[Point]) -> String {
    let mut text = format!("{:>5} {:>10} {:>10}\n", "N", "items/s", "p99, ms");
    for Point { width, throughput, p99, .. } in points {
        text += &format!("{width:>5} {throughput:>10.0} {:>10.1}\n", p99.as_secs_f64() * 1e3);
    }
    text
}
/// The widths at which `points` give less than [`TOLERANCE`] of `baseline`, ascending.
pub fn regressions(points: &[Point], baseline: &[Point]) -> Vec<Regression> {
    let mut regressions = Vec::new();
    for (now, before) in points.iter().zip(baseline) {
        if now.throughput < TOLERANCE * before.throughput {
            regressions.push(Regression { width: now.width, before: before.throughput, now: now.throughput });
        }
    }
    regressions.sort_by_key(|regression| regression.width);
    regressions
}
