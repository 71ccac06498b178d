//! What it costs to hand an item to one of four workers.
//!
//! Clock: the machine's, and the processor's: work and its bookkeeping on all threads. The item is a number, and the
//! work on it takes some nanoseconds. The seed changes nothing.

use crate::{Options, print};
use measure::{Bench, processor_time};
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

const ITEMS: usize = 200_000;
const WORKERS: usize = 4;
const ROOM: usize = 64;
const BATCH: usize = 64;

fn work(item: usize) {
    black_box(item.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17));
}

async fn one_receiver() {
    let (sender, receiver) = mpsc::channel(ROOM);
    let receiver = Arc::new(Mutex::new(receiver));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let receiver: Arc<Mutex<mpsc::Receiver<usize>>> = Arc::clone(&receiver);
        workers.spawn(async move {
            loop {
                let item = receiver.lock().await.recv().await;
                let Some(item) = item else { break };
                work(item);
            }
        });
    }
    for item in 0..ITEMS {
        sender.send(item).await.expect("workers are there");
    }
    drop(sender);
    while workers.join_next().await.is_some() {}
}

async fn many_consumers() {
    let (sender, receiver) = async_channel::bounded(ROOM);
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let receiver = receiver.clone();
        workers.spawn(async move {
            while let Ok(item) = receiver.recv().await {
                work(item);
            }
        });
    }
    for item in 0..ITEMS {
        sender.send(item).await.expect("workers are there");
    }
    drop(sender);
    while workers.join_next().await.is_some() {}
}

/// A channel for each worker; what a worker does with its receiver is its own affair.
async fn sharded<T: Send + 'static, F>(items: impl Iterator<Item = T>, room: usize, worker: fn(mpsc::Receiver<T>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut workers = JoinSet::new();
    let mut senders = Vec::new();
    for _ in 0..WORKERS {
        let (sender, receiver) = mpsc::channel(room);
        workers.spawn(worker(receiver));
        senders.push(sender);
    }
    for (number, item) in items.enumerate() {
        senders[number % WORKERS].send(item).await.expect("workers are there");
    }
    drop(senders);
    while workers.join_next().await.is_some() {}
}

async fn one_by_one(mut receiver: mpsc::Receiver<usize>) {
    while let Some(item) = receiver.recv().await {
        work(item);
    }
}

// ANCHOR: many
async fn many_at_once(mut receiver: mpsc::Receiver<usize>) {
    let mut items = Vec::with_capacity(BATCH);
    while receiver.recv_many(&mut items, BATCH).await > 0 {
        items.drain(..).for_each(work);
    }
}
// ANCHOR_END: many

async fn batches(mut receiver: mpsc::Receiver<Vec<usize>>) {
    while let Some(batch) = receiver.recv().await {
        batch.into_iter().for_each(work);
    }
}

fn in_batches() -> impl Iterator<Item = Vec<usize>> {
    (0..ITEMS / BATCH).map(|batch| (batch * BATCH..(batch + 1) * BATCH).collect())
}

async fn a_task_each() {
    let mut tasks = JoinSet::new();
    for item in 0..ITEMS {
        if tasks.len() == ROOM {
            tasks.join_next().await;
        }
        tasks.spawn(async move { work(item) });
    }
    while tasks.join_next().await.is_some() {}
}

/// Nanoseconds an item: of processors, and on the clock.
fn nanoseconds<F: Future<Output = ()> + Send + 'static>(runtime: &Runtime, design: F) -> [f64; 2] {
    let (began, before) = (Instant::now(), processor_time());
    // As a task: the future of `block_on` runs on a thread that is no worker.
    runtime.block_on(async { tokio::spawn(design).await.expect("no panic") });
    let each = |time: Duration| time.as_nanos() as f64 / ITEMS as f64;
    [each(processor_time() - before), each(began.elapsed())]
}

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let runtime = Builder::new_multi_thread().build().expect("a runtime");
    let mut bench = Bench::unrecorded();
    let table = bench
        .table("Nanoseconds an item, four workers, room for 64")
        .column("processors", "processors")
        .column("time", "clock")
        .within(Duration::from_secs(15))
        .alternative("one mpsc, Mutex<Receiver>", || nanoseconds(&runtime, one_receiver()))
        .alternative("async-channel", || nanoseconds(&runtime, many_consumers()))
        .alternative("a task each, JoinSet", || nanoseconds(&runtime, a_task_each()))
        .alternative("four mpsc", || nanoseconds(&runtime, sharded(0..ITEMS, ROOM, one_by_one)))
        .alternative("four mpsc, recv_many", || nanoseconds(&runtime, sharded(0..ITEMS, ROOM, many_at_once)))
        .alternative("four mpsc, batches of 64", || nanoseconds(&runtime, sharded(in_batches(), 1, batches)))
        .against("four mpsc")
        .measure();
    print::measured(out, &table)
}
