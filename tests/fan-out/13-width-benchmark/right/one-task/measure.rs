//! No task of its own: a stream with `width` futures in flight, in the caller's task. Dropping and panicking need no
//! care; a stage that computes would use one core.

use crate::{ITEMS_PER_WORKER, Point, Stage};
use futures::{StreamExt, stream};
use std::time::Duration;
use tokio::time::Instant;

pub async fn measure<S: Stage>(stage: &S, width: usize) -> Point {
    stage.open(width).await;
    let items = ITEMS_PER_WORKER * width;
    let start = Instant::now();
    let timed = stream::iter(0..items as u64).map(|item| async move {
        let start = Instant::now();
        stage.run(item).await;
        start.elapsed()
    });
    let mut times: Vec<Duration> = timed.buffer_unordered(width).collect().await;
    let throughput = items as f64 / start.elapsed().as_secs_f64();
    times.sort_unstable();
    let p99 = times.get((times.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default();
    Point { width, items, throughput, p99 }
}

pub async fn sweep<S: Stage>(stage: &S, widths: &[usize]) -> Vec<Point> {
    stream::iter(widths).then(|width| measure(stage, *width)).collect().await
}
