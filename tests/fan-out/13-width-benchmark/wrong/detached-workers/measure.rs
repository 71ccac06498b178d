//! Caught by: nothing_is_left_behind (fail)
//!
//! "The workers end by themselves": they are spawned, and their times come through a channel. When nobody waits any
//! more, they go on; and a panic is an item less.

use crate::{ITEMS_PER_WORKER, Point, Stage};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::mpsc;
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
    let next = Arc::new(AtomicU64::new(0));
    let (sender, mut receiver) = mpsc::channel(width);
    let start = Instant::now();
    for _ in 0..width {
        let (stage, next, sender) = (stage.clone(), next.clone(), sender.clone());
        tokio::spawn(async move {
            let times = worker(stage, next, items as u64).await;
            let _ = sender.send(times).await;
        });
    }
    drop(sender);
    let mut times = Vec::with_capacity(items);
    while let Some(of) = receiver.recv().await {
        times.extend(of);
    }
    let throughput = items as f64 / start.elapsed().as_secs_f64();
    Point { width, items, throughput, p99: percentile(&mut times, 99) }
}
/// Runs items as long as there are any, and returns how long each took.
async fn worker<S: Stage>(stage: S, next: Arc<AtomicU64>, items: u64) -> Vec<Duration> {
    let mut times = Vec::with_capacity(ITEMS_PER_WORKER);
    loop {
        // Relaxed: the number is all that is shared, and the join publishes the times.
        let item = next.fetch_add(1, Relaxed);
        if item >= items {
            return times;
        }
        let start = Instant::now();
        stage.run(item).await;
        times.push(start.elapsed());
    }
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
