//! Pipelines that leave something behind, each beside one that does not.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Barrier, Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

const HOUR: Duration = Duration::from_secs(3600);

/// Numbers without an end; stops when nobody wants more.
fn numbers() -> mpsc::Receiver<u64> {
    let (tx, rx) = mpsc::channel(1);
    // [number-spawn]
    tokio::spawn(async move {
        for number in 0.. {
            // [number-send]
            if tx.send(number).await.is_err() {
                return;
            }
        }
    });
    rx
}

async fn three_of(numbers: &mut mpsc::Receiver<u64>) -> Vec<u64> {
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.extend(numbers.recv().await);
    }
    taken
}

pub(crate) async fn first_three() -> Vec<u64> {
    let mut numbers = numbers();
    three_of(&mut numbers).await
}

pub(crate) async fn first_three_receiver_forgotten() -> Vec<u64> {
    let mut numbers = numbers();
    let taken = three_of(&mut numbers).await;
    std::mem::forget(numbers);
    taken
}

pub(crate) fn sum_sender_forgotten() {
    let (tx, mut rx) = mpsc::channel::<u64>(1);
    // [sum-spawn]
    tokio::spawn(async move {
        let mut sum = 0;
        // [sum-recv]
        while let Some(number) = rx.recv().await {
            sum += number;
        }
        sum
    });
    std::mem::forget(tx);
}

pub(crate) fn sleeper() {
    // [sleeper-spawn]
    tokio::spawn(async {
        sleep(HOUR).await; // [sleeper-sleep]
    });
}

pub(crate) fn short_sleeper() {
    tokio::spawn(sleep(Duration::from_millis(900)));
}

pub(crate) fn eight_workers() {
    let queue = Arc::new(Semaphore::new(0));
    for _ in 0..8 {
        let queue = queue.clone();
        // [worker-spawn]
        tokio::spawn(async move {
            let _ = queue.acquire().await; // [worker-acquire]
        });
    }
}

pub(crate) fn join_set_dropped() {
    let mut workers = JoinSet::new();
    for _ in 0..8 {
        workers.spawn(sleep(HOUR));
    }
}

pub(crate) fn join_set_detached() {
    let mut workers = JoinSet::new();
    // [detached-spawn]
    workers.spawn(async {
        sleep(HOUR).await; // [detached-sleep]
    });
    workers.detach_all();
}

/// An aborted task holds another's handle in a guard: that one dies a pass later.
pub(crate) fn aborted_chain() {
    let (tx, mut rx) = mpsc::channel::<u64>(1);
    tokio::spawn(async move { while rx.recv().await.is_some() {} });
    let holder = tokio::spawn(async move {
        sleep(HOUR).await;
        drop(tx);
    });
    holder.abort();
}

pub(crate) fn blocking_work() {
    tokio::task::spawn_blocking(|| std::thread::sleep(HOUR));
}

pub(crate) async fn blocking_work_awaited() -> u64 {
    let work = || {
        std::thread::sleep(Duration::from_millis(5));
        7
    };
    tokio::task::spawn_blocking(work).await.unwrap_or(0)
}

pub(crate) fn thread() {
    let _ = std::thread::Builder::new().name("counter".to_owned()).spawn(|| std::thread::sleep(HOUR));
}

/// Joined where waiting is allowed: a join inside a poll blocks it.
pub(crate) async fn thread_joined() {
    let _ = tokio::task::spawn_blocking(|| std::thread::spawn(|| 7).join()).await;
}

/// A thread that nobody joins, but that ends by itself at once.
pub(crate) fn thread_that_ends() {
    std::thread::spawn(|| std::thread::sleep(Duration::from_millis(20)));
}

/// One task for each thing that a task can wait for.
pub(crate) fn one_of_each() {
    let (tx, mut rx) = mpsc::channel::<u64>(1);
    std::mem::forget(tx);
    tokio::spawn(async move { rx.recv().await }); // [each-mpsc]
    let (tx, mut rx) = mpsc::unbounded_channel::<u64>();
    std::mem::forget(tx);
    tokio::spawn(async move { rx.recv().await }); // [each-unbounded]
    let (tx, mut rx) = broadcast::channel::<u64>(1);
    std::mem::forget(tx);
    tokio::spawn(async move { rx.recv().await }); // [each-broadcast]
    let (tx, mut rx) = watch::channel(0u64);
    std::mem::forget(tx);
    tokio::spawn(async move { rx.changed().await.is_ok() }); // [each-watch]
    let (tx, rx) = oneshot::channel::<u64>();
    std::mem::forget(tx);
    tokio::spawn(async move { rx.await.ok() }); // [each-oneshot]
    let (tx, rx) = mpsc::channel::<u64>(1);
    let _ = tx.try_send(1);
    std::mem::forget(rx);
    tokio::spawn(async move { tx.reserve().await.is_ok() }); // [each-reserve]
    tokio::spawn(async { Notify::new().notified().await }); // [each-notify]
    tokio::spawn(async { Barrier::new(2).wait().await.is_leader() }); // [each-barrier]
    let mutex = Arc::new(Mutex::new(()));
    std::mem::forget(mutex.clone().try_lock_owned());
    tokio::spawn(async move { drop(mutex.lock().await) }); // [each-mutex]
    let lock = Arc::new(RwLock::new(()));
    std::mem::forget(lock.clone().try_write_owned());
    tokio::spawn(async move { drop(lock.read().await) }); // [each-rwlock]
    tokio::spawn(async { tokio_util::sync::CancellationToken::new().cancelled().await }); // [each-token]
    tokio::spawn(async { tokio::time::timeout(HOUR, std::future::pending::<()>()).await }); // [each-timeout]
    tokio::spawn(async { tokio::time::interval_at(tokio::time::Instant::now() + HOUR, HOUR).tick().await }); // [each-interval]
    let handle = tokio::spawn(sleep(HOUR)); // [each-child]
    tokio::spawn(handle); // [each-bare-handle]
    let handle = tokio::spawn(sleep(HOUR)); // [each-other-child]
    tokio::spawn(async { handle.await.is_ok() }); // [each-handle]
}

/// Waits that leave no trace of an await point of Tokio's.
pub(crate) fn without_a_leaf() {
    tokio::spawn(std::future::pending::<()>()); // [bare-pending]
    // [set-spawn]
    tokio::spawn(async {
        let mut set = JoinSet::new();
        set.spawn(sleep(HOUR)); // [set-child]
        set.join_next().await.is_some()
    });
    // [unordered-spawn]
    tokio::spawn(async {
        use futures::StreamExt;
        let mut all = futures::stream::FuturesUnordered::new();
        all.push(std::future::pending::<()>());
        all.next().await
    });
}

/// Awaits inside `join!`, `select!` and a box.
pub(crate) fn nested() {
    // [join-spawn]
    tokio::spawn(async { tokio::join!(std::future::ready(1), hour_in_join()).0 });
    // [select-spawn]
    tokio::spawn(async {
        tokio::select! {
            () = std::future::pending() => 1,
            () = hour_in_select() => 2,
        }
    });
    let boxed: futures::future::BoxFuture<'static, ()> = Box::pin(async {
        sleep(HOUR).await; // [boxed-sleep]
    });
    tokio::spawn(boxed); // [boxed-spawn]
}

async fn hour_in_join() {
    sleep(HOUR).await; // [join-sleep]
}

async fn hour_in_select() {
    sleep(HOUR).await; // [select-sleep]
}
