//! A worker of the rotating batches.

use crate::Panicked;
use crate::pool::Shared;
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use workbook::Work;

pub(crate) async fn worker(shared: Arc<Shared>, work: Work) {
    while let Ok(permit) = shared.items.acquire().await {
        permit.forget();
        let Some((place, item, done)) = shared.next() else { continue };
        tokio::select! {
            biased;
            () = done.closed() => {}
            ended = AssertUnwindSafe(work.run(item)).catch_unwind() => {
                done.try_send((place, ended.map(|()| item * 2).map_err(|_| Panicked { item }))).ok();
            }
        }
    }
}
