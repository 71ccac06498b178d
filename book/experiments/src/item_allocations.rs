//! What designs of a fan-out allocate for each item, at a width of 8.
//!
//! Clock: virtual; the allocator counts. An item takes 1 ms. Allocations of 1000 items are counted, after 100 that
//! warm up, and divided by 1000. The seed changes nothing.

use crate::allocations::{Counted, during};
use crate::{Options, print, virtual_time};
use futures::stream::{FuturesUnordered, StreamExt, iter};
use std::future::Future;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::sleep;

const WIDTH: usize = 8;
const FEW: usize = 100;
const MANY: usize = 1100;

async fn work(item: usize) -> usize {
    sleep(Duration::from_millis(1)).await;
    item
}

async fn join_set(items: usize) {
    let mut tasks = JoinSet::new();
    for item in 0..items {
        if tasks.len() == WIDTH {
            tasks.join_next().await;
        }
        tasks.spawn(work(item));
    }
    while tasks.join_next().await.is_some() {}
}

async fn semaphore(items: usize) {
    let permits = Arc::new(Semaphore::new(WIDTH));
    for item in 0..items {
        let permit = Arc::clone(&permits).acquire_owned().await.expect("it is never closed");
        tokio::spawn(async move {
            work(item).await;
            drop(permit);
        });
    }
    let _all = permits.acquire_many(WIDTH as u32).await;
}

async fn buffer_unordered(items: usize) {
    let mut results = iter(0..items).map(work).buffer_unordered(WIDTH);
    while results.next().await.is_some() {}
}

async fn boxed_futures(items: usize) {
    let mut running: FuturesUnordered<Pin<Box<dyn Future<Output = usize>>>> = FuturesUnordered::new();
    for item in 0..items {
        if running.len() == WIDTH {
            running.next().await;
        }
        running.push(Box::pin(work(item)));
    }
    while running.next().await.is_some() {}
}

/// Eight workers on channels of their own, results on one.
async fn pool(items: usize) {
    let mut workers = JoinSet::new();
    let (results, mut done) = mpsc::channel(WIDTH);
    let mut senders = Vec::new();
    for _ in 0..WIDTH {
        let (sender, mut receiver) = mpsc::channel(1);
        senders.push(sender);
        let results = results.clone();
        workers.spawn(async move {
            while let Some(item) = receiver.recv().await {
                let _ = results.send(work(item).await).await;
            }
        });
    }
    drop(results);
    let emit = async { while done.recv().await.is_some() {} };
    let feed = async {
        for item in 0..items {
            senders[item % WIDTH].send(item).await.expect("workers are there");
        }
        drop(senders);
    };
    tokio::join!(emit, feed);
}

/// One worker that answers each call by a oneshot.
async fn actor(items: usize) {
    let (sender, mut receiver) = mpsc::channel::<(usize, oneshot::Sender<usize>)>(WIDTH);
    let worker = tokio::spawn(async move {
        while let Some((item, reply)) = receiver.recv().await {
            let _ = reply.send(item);
        }
    });
    for item in 0..items {
        let (reply, answer) = oneshot::channel();
        sender.send((item, reply)).await.expect("the worker is there");
        answer.await.expect("an answer");
    }
    drop(sender);
    worker.await.expect("no panic");
}

fn row<F: Future<Output = ()>>(options: &Options, name: &str, design: fn(usize) -> F) -> Vec<String> {
    // What is made once and for all is made now.
    virtual_time::block_on(options, design(FEW));
    let counted = |items| during(|| virtual_time::block_on(options, design(items))).1;
    let (few, many): (Counted, Counted) = (counted(FEW), counted(MANY));
    let each = |few: usize, many: usize| (many - few) as f64 / (MANY - FEW) as f64;
    vec![
        name.to_owned(),
        format!("{:.2}", each(few.allocations, many.allocations)),
        format!("{:.0}", each(few.bytes, many.bytes)),
    ]
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rows = [
        row(options, "a task each, JoinSet", join_set),
        row(options, "a task each, semaphore", semaphore),
        row(options, "FuturesUnordered of Box<dyn Future>", boxed_futures),
        row(options, "buffer_unordered", buffer_unordered),
        row(options, "eight workers, mpsc", pool),
        row(options, "a call to one worker, oneshot", actor),
    ];
    writeln!(out, "What an item allocates, at a width of 8")?;
    print::table(out, &["design", "allocations", "bytes"], &rows)
}
