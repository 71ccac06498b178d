//! Five mistakes that the compiler takes, each in a run.
//!
//! Clock: virtual, on one thread. The seed draws how long calls take.

use crate::{Options, print, virtual_time};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// What is waited for in vain ends after this.
const PATIENCE: Duration = Duration::from_secs(3600);

fn ended(result: Result<impl Sized, tokio::time::error::Elapsed>) -> &'static str {
    if result.is_ok() { "ended" } else { "waits for ever" }
}

/// Everything is locked when it is touched, and additions are lost.
async fn lost_update(seed: u64) -> String {
    let mut random = StdRng::seed_from_u64(seed);
    let total = Arc::new(Mutex::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let (total, took) = (Arc::clone(&total), Duration::from_millis(random.random_range(0..10)));
        tasks.spawn(async move {
            // ANCHOR: update
            let old = *total.lock().await; // The guard ends with the statement.
            sleep(took).await; // A call that says how much to add: 1.
            *total.lock().await = old + 1;
            // ANCHOR_END: update
        });
    }
    tasks.join_all().await;
    format!("the total is {}", *total.lock().await)
}

/// Two tasks take two locks, each in its own order.
async fn lock_order() -> String {
    let (a, b) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    let mut tasks = JoinSet::new();
    for (first, second) in [(&a, &b), (&b, &a)] {
        let (first, second) = (Arc::clone(first), Arc::clone(second));
        tasks.spawn(async move {
            let _first = first.lock().await;
            sleep(Duration::from_millis(1)).await;
            let _second = second.lock().await;
        });
    }
    ended(timeout(PATIENCE, tasks.join_all()).await).into()
}

/// Somebody looks, is not yet waiting, and misses the call.
async fn lost_wake_up() -> String {
    let ready = Arc::new((Mutex::new(false), Notify::new()));
    let waiter = tokio::spawn({
        let ready = Arc::clone(&ready);
        async move {
            // ANCHOR: wake
            while !*ready.0.lock().await {
                sleep(Duration::from_millis(2)).await; // Something between the look and the wait.
                ready.1.notified().await;
            }
            // ANCHOR_END: wake
        }
    });
    sleep(Duration::from_millis(1)).await;
    *ready.0.lock().await = true;
    ready.1.notify_waiters();
    ended(timeout(PATIENCE, waiter).await).into()
}

/// A worker that holds a sender of the channel that it reads.
async fn holds_its_own_sender() -> String {
    let (sender, mut receiver) = mpsc::channel(8);
    let retry = sender.clone();
    let worker = tokio::spawn(async move {
        while let Some(item) = receiver.recv().await {
            if item % 7 == 6 {
                let _ = retry.send(item + 1).await;
            }
        }
    });
    for item in 0..20 {
        sender.send(item).await.expect("the worker is there");
    }
    drop(sender);
    ended(timeout(PATIENCE, worker).await).into()
}

/// A caller that gives up drops the handle, and the task works on.
async fn dropped_handle() -> String {
    let caller = async {
        let calls: Vec<_> = (0..50).map(|_| tokio::spawn(sleep(PATIENCE))).collect();
        for call in calls {
            let _ = call.await;
        }
    };
    let _ = timeout(Duration::from_millis(5), caller).await;
    sleep(Duration::from_secs(60)).await;
    format!("{} tasks a minute later", Handle::current().metrics().num_alive_tasks())
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let row = |name: &str, should: &str, does: String| vec![name.to_owned(), should.to_owned(), does];
    let rows = [
        row("lost update", "the total is 100", virtual_time::block_on(options, lost_update(options.seed))),
        row("lock order", "ended", virtual_time::block_on(options, lock_order())),
        row("lost wake-up", "ended", virtual_time::block_on(options, lost_wake_up())),
        row("a sender of its own", "ended", virtual_time::block_on(options, holds_its_own_sender())),
        row("a dropped JoinHandle", "no task", virtual_time::block_on(options, dropped_handle())),
    ];
    print::table(out, &["mistake", "expected", "found"], &rows)
}
