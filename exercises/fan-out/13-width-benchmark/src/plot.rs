//! Points as a picture.

use crate::Point;

/// Throughput over width, as SVG.
pub fn plot(points: &[Point]) -> String {
    let _ = points;
    todo!("a circle for each point: cx from log2 of the width, cy from the throughput")
}
