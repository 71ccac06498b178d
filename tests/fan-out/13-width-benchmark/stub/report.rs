//! Points as text, and against older ones.

use crate::{Point, Regression};

/// A heading and a line for each point: width, items/s, p99 in ms.
pub fn table(points: &[Point]) -> String {
    let _ = points;
    todo!("a heading, then three figures a line, right-aligned")
}

/// The widths at which `points` give less than `TOLERANCE` of `baseline`, ascending.
pub fn regressions(points: &[Point], baseline: &[Point]) -> Vec<Regression> {
    let _ = (points, baseline);
    todo!("for each width in both, compare the throughput")
}
