//! What the learner's test of a leak check is tried on: one that is right, one that is blind, one that sees leaks
//! everywhere.

use futures::future::BoxFuture;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime needs no permission")
}

pub(crate) fn right(test: BoxFuture<'static, ()>) {
    let runtime = runtime();
    runtime.block_on(async {
        test.await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    });
    let left = runtime.metrics().num_alive_tasks();
    assert_eq!(left, 0, "tasks are left");
}

pub(crate) fn blind(test: BoxFuture<'static, ()>) {
    runtime().block_on(test);
}

pub(crate) fn crying(test: BoxFuture<'static, ()>) {
    runtime().block_on(test);
    panic!("tasks are left");
}
