//! Running a stage at a width.

use crate::{Point, Stage};

/// Runs `stage` at `width`.
pub async fn measure<S: Stage>(stage: &S, width: usize) -> Point {
    let _ = (stage, width);
    todo!("open the stage, run ITEMS_PER_WORKER × width items with `width` in flight, and time each and all")
}

/// Runs `stage` at each of these widths, one after the other.
pub async fn sweep<S: Stage>(stage: &S, widths: &[usize]) -> Vec<Point> {
    let _ = (stage, widths);
    todo!("measure each width in turn")
}
