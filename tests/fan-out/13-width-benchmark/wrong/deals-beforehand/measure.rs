//! Caught by: as_many_at_once_as_the_width (fail)
//!
//! "Each worker has its hundred": the items are dealt out in blocks beforehand, so that a worker whose items are quick
//! is idle while another has some left.

use crate::{ITEMS_PER_WORKER, Point, Stage};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
/// Runs `stage` at `width`.
///
/// # Cancel safety
///
/// Dropping the future aborts what is in flight. Nothing of the measurement is kept.
///
/// # Panics
///
/// With the panic of an item, once the worker that ran it is joined.
pub async fn measure<S: Stage>(stage: &S, width: usize) -> Point {
    stage.open(width).await;
    let items = ITEMS_PER_WORKER * width;
    let mut workers = JoinSet::new();
    let start = Instant::now();
    for index in 0..width {
        workers.spawn(worker(stage.clone(), index as u64));
    }
    let mut times = Vec::with_capacity(items);
    while let Some(worker) = workers.join_next().await {
        times.extend(worker.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())));
    }
    let throughput = items as f64 / start.elapsed().as_secs_f64();
    Point { width, items, throughput, p99: percentile(&mut times, 99) }
}
/// Runs items as long as there are any, and returns how long each took.
async fn worker<S: Stage>(stage: S, index: u64) -> Vec<Duration> {
    let mut times = Vec::with_capacity(ITEMS_PER_WORKER);
    for item in index * ITEMS_PER_WORKER as u64..(index + 1) * ITEMS_PER_WORKER as u64 {
        let start = Instant::now();
        stage.run(item).await;
        times.push(start.elapsed());
    }
    times
}
/// The nearest rank: the shortest time that at least `percent` % of the times do not exceed; zero of none.
fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    let rank = (times.len() * percent).div_ceil(100);
    match rank.checked_sub(1) {
        Some(index) => *times.select_nth_unstable(index).1,
        None => Duration::ZERO,
    }
}

/// Runs `stage` at each of these widths, one after the other.
///
/// # Cancel safety
///
/// As [`measure`]; the points that were there already are lost too.
pub async fn sweep<S: Stage>(stage: &S, widths: &[usize]) -> Vec<Point> {
    let mut points = Vec::with_capacity(widths.len());
    for width in widths {
        points.push(measure(stage, *width).await);
    }
    points
}
