//! Stages with a bound, kept and broken.

use futures::StreamExt;
use tokio::sync::mpsc;
use workbook::Work;

pub(crate) async fn concurrently(width: usize, work: &Work) {
    futures::stream::iter(0..10).for_each_concurrent(width, |item| work.run(item)).await; // [bound-run]
}

pub(crate) async fn task_for_each(work: &Work) {
    let mut tasks = tokio::task::JoinSet::new();
    for item in 0..10 {
        let work = work.clone();
        // [bound-spawn]
        tasks.spawn(async move {
            work.run(item).await; // [bound-task-run]
        });
    }
    tasks.join_all().await;
}

/// Runs what it is handed, which is the test's own.
pub(crate) async fn spawn_each<F>(run: impl Fn(u64) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut tasks = tokio::task::JoinSet::new();
    for item in 0..10 {
        tasks.spawn(run(item)); // [bound-spawn-handed]
    }
    tasks.join_all().await;
}

/// Sends the source on through a channel with this much room.
pub(crate) fn stage(source: impl Iterator<Item = u64> + Send + 'static, room: usize) -> mpsc::Receiver<u64> {
    let (tx, rx) = mpsc::channel(room);
    tokio::spawn(async move {
        for item in source {
            if tx.send(item).await.is_err() {
                return;
            }
        }
    });
    rx
}

/// Sums the numbers up to `count`; `collect` holds them all at one moment.
pub(crate) fn sum(count: u64, collect: bool) -> u64 {
    if collect { (0..count).collect::<Vec<u64>>().iter().sum() } else { (0..count).sum() }
}
