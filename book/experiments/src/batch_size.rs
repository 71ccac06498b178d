//! What a hand-over costs an item, by the size of the batch that it travels in.
//!
//! Clock: the processor's, on all threads together. One worker, so that nobody shares a receiver. The seed changes
//! nothing.

use crate::{Options, print};
use measure::{Bench, Scale, processor_time};
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

const ITEMS: usize = 1 << 18;

async fn pass(batch: usize) {
    // The same number of items may wait, whatever the size.
    let (sender, mut receiver) = mpsc::channel::<Vec<usize>>((1024 / batch).max(1));
    let worker = tokio::spawn(async move {
        while let Some(items) = receiver.recv().await {
            for item in items {
                black_box(item);
            }
        }
    });
    for first in (0..ITEMS).step_by(batch) {
        sender.send((first..first + batch).collect()).await.expect("the worker is there");
    }
    drop(sender);
    worker.await.expect("no panic");
}

fn nanoseconds(runtime: &Runtime, batch: usize) -> f64 {
    let before = processor_time();
    runtime.block_on(async { tokio::spawn(pass(batch)).await.expect("no panic") });
    (processor_time() - before).as_nanos() as f64 / ITEMS as f64
}

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let runtime = Builder::new_multi_thread().build().expect("a runtime");
    let mut bench = Bench::unrecorded();
    let mut table = bench
        .table("Processor time an item, by the size of the batch")
        .column("processors", "ns")
        .over("items", Scale::Log2)
        .against_x(1.0)
        .within(Duration::from_secs(5));
    for batch in [1, 4, 16, 64, 256, 1024] {
        let runtime = &runtime;
        table = table.point("batch of", batch as f64, move || nanoseconds(runtime, batch));
    }
    print::measured(out, &table.measure())
}
