//! A task for each item, spawned when one of `width` permits is free; the times come from the joins.

use crate::{ITEMS_PER_WORKER, Point, Stage};
use std::panic::resume_unwind;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

pub async fn measure<S: Stage>(stage: &S, width: usize) -> Point {
    stage.open(width).await;
    let items = ITEMS_PER_WORKER * width;
    let mut tasks = JoinSet::new();
    let mut times: Vec<Duration> = Vec::new();
    let start = Instant::now();
    for item in 0..items as u64 {
        if tasks.len() == width
            && let Some(ended) = tasks.join_next().await
        {
            times.push(ended.unwrap_or_else(|error| resume_unwind(error.into_panic())));
        }
        let stage = stage.clone();
        tasks.spawn(async move {
            let start = Instant::now();
            stage.run(item).await;
            start.elapsed()
        });
    }
    while let Some(ended) = tasks.join_next().await {
        times.push(ended.unwrap_or_else(|error| resume_unwind(error.into_panic())));
    }
    let throughput = items as f64 / start.elapsed().as_secs_f64();
    times.sort_unstable();
    Point { width, items, throughput, p99: times[(items * 99).div_ceil(100) - 1] }
}

pub async fn sweep<S: Stage>(stage: &S, widths: &[usize]) -> Vec<Point> {
    let mut points = Vec::new();
    for width in widths {
        points.push(measure(stage, *width).await);
    }
    points
}
