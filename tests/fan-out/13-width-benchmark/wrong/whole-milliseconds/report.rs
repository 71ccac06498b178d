//! Caught by: the_table_has_a_line_for_each_width (fail)
//!
//! "`as_millis` gives milliseconds": whole ones, so that 5.1 and 5.9 ms look the same.

use crate::{Point, Regression, TOLERANCE};

/// A heading and a line for each point: width, items/s, p99 in ms.
pub fn table(points: &[Point]) -> String {
    let mut text = format!("{:>5} {:>10} {:>10}\n", "N", "items/s", "p99, ms");
    for Point { width, throughput, p99, .. } in points {
        text += &format!("{width:>5} {throughput:>10.0} {:>10}\n", p99.as_millis());
    }
    text
}
/// The widths at which `points` give less than [`TOLERANCE`] of `baseline`, ascending.
pub fn regressions(points: &[Point], baseline: &[Point]) -> Vec<Regression> {
    let mut regressions = Vec::new();
    for before in baseline {
        let now = points.iter().find(|point| point.width == before.width);
        if let Some(now) = now.filter(|now| now.throughput < TOLERANCE * before.throughput) {
            regressions.push(Regression { width: now.width, before: before.throughput, now: now.throughput });
        }
    }
    regressions.sort_by_key(|regression| regression.width);
    regressions
}
