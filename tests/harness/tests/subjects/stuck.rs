//! Pipelines that come to a stop.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::time::{interval, sleep};

/// Two stages that send to each other first and receive later: with room for one, both wait for room.
pub(crate) async fn deadlock_of_two() {
    let (left, mut from_left) = mpsc::channel::<u64>(1);
    let (right, mut from_right) = mpsc::channel::<u64>(1);
    // [one-spawn]
    let one = tokio::spawn(async move {
        for number in 0..3 {
            let _ = left.send(number).await; // [one-send]
        }
        from_right.recv().await
    });
    // [other-spawn]
    let other = tokio::spawn(async move {
        for number in 0..3 {
            let _ = right.send(number).await; // [other-send]
        }
        from_left.recv().await
    });
    let _ = one.await; // [one-join]
    let _ = other.await;
}

/// A stage that answers into a channel which its caller reads only when all questions are sent.
pub(crate) async fn asks_first_and_reads_later() -> usize {
    let (questions, mut asked) = mpsc::channel::<u64>(1);
    let (answers, mut answered) = mpsc::channel::<u64>(1);
    // [answers-spawn]
    tokio::spawn(async move {
        while let Some(question) = asked.recv().await {
            let _ = answers.send(question * 2).await; // [answers-send]
        }
    });
    for question in 0..10 {
        let _ = questions.send(question).await; // [questions-send]
    }
    drop(questions);
    let mut count = 0;
    while answered.recv().await.is_some() {
        count += 1;
    }
    count
}

/// Two stages with room for all three.
pub(crate) async fn no_deadlock_of_two() {
    let (left, mut from_left) = mpsc::channel::<u64>(3);
    let (right, mut from_right) = mpsc::channel::<u64>(3);
    let exchange = async move {
        for number in 0..3 {
            let _ = left.send(number).await;
            let _ = right.send(number).await;
        }
        (from_right.recv().await, from_left.recv().await)
    };
    let _ = tokio::spawn(exchange).await;
}

/// Two workers that wait to be told; all of them are, or one.
pub(crate) fn told_of_the_end(all: bool) -> mpsc::Receiver<u64> {
    let (tx, rx) = mpsc::channel(4);
    let over = Arc::new(Notify::new());
    for _ in 0..2 {
        let (tx, over) = (tx.clone(), over.clone());
        // [told-spawn]
        tokio::spawn(async move {
            over.notified().await; // [told-notified]
            let _ = tx.send(1).await;
        });
    }
    tokio::spawn(async move {
        sleep(Duration::from_millis(1)).await;
        if all {
            over.notify_waiters()
        } else {
            over.notify_one()
        }
        drop(tx);
    });
    rx
}

/// Doubles with `workers` workers; each has a sender of its own, and the stage's own is kept in a task if `kept`.
pub(crate) fn doubler(items: u64, kept: bool) -> mpsc::Receiver<u64> {
    let (tx, rx) = mpsc::channel(4);
    // [doubler-spawn]
    tokio::spawn(async move {
        for worker in 0..2 {
            let tx = tx.clone();
            tokio::spawn(async move {
                for item in (worker..items).step_by(2) {
                    let _ = tx.send(item * 2).await;
                }
            });
        }
        if kept {
            tx.closed().await; // [doubler-kept]
        }
    });
    rx
}

/// An output with its sender beside it, as a struct keeps it.
pub(crate) struct Output {
    pub(crate) items: mpsc::Receiver<u64>,
    pub(crate) _kept: Option<mpsc::Sender<u64>>,
}

pub(crate) fn with_a_sender_in_the_struct(kept: bool) -> Output {
    let (tx, items) = mpsc::channel(4);
    let sender = tx.clone();
    tokio::spawn(async move {
        let _ = sender.send(1).await;
    });
    Output { items, _kept: kept.then_some(tx) }
}

/// A Tokio lock taken again by the task that has it.
pub(crate) async fn locks_twice() {
    let total = Arc::new(Mutex::new(0));
    let guard = total.lock().await;
    add(&total, *guard + 1).await;
}

async fn add(total: &Mutex<u64>, more: u64) {
    *total.lock().await += more; // [second-lock]
}

/// A deadlock beside a task that looks at the time again and again.
pub(crate) async fn deadlock_beside_a_ticker(period: Duration) {
    // [ticker-spawn]
    tokio::spawn(async move {
        let mut ticks = interval(period);
        loop {
            ticks.tick().await; // [ticker-tick]
        }
    });
    deadlock_of_two().await;
}

/// A ticker that ends with its pipeline.
pub(crate) async fn ticker_that_ends() {
    let ticker = tokio::spawn(async {
        let mut ticks = interval(Duration::from_secs(1));
        loop {
            ticks.tick().await;
        }
    });
    sleep(Duration::from_secs(30)).await;
    ticker.abort();
}

/// Waits for half an hour between two items: slow, and not stuck.
pub(crate) async fn slow() -> u64 {
    let (tx, mut rx) = mpsc::channel(1);
    tokio::spawn(async move {
        for item in 1..=4 {
            sleep(Duration::from_secs(1800)).await;
            let _ = tx.send(item).await;
        }
    });
    let mut sum = 0;
    while let Some(item) = rx.recv().await {
        sum += item;
    }
    sum
}

/// Never ready, and not Tokio's.
pub(crate) async fn foreign_channel() -> Option<u64> {
    use futures::StreamExt;
    let (tx, mut rx) = futures::channel::mpsc::channel::<u64>(1);
    let receiver = tokio::spawn(async move { rx.next().await }); // [foreign-spawn]
    let received = receiver.await.ok().flatten(); // [foreign-join]
    drop(tx);
    received
}

/// The wait is behind a `select!`, a `join!` and a box.
pub(crate) async fn nested() {
    let boxed: futures::future::BoxFuture<'_, ()> = Box::pin(async {
        let (_tx, rx) = tokio::sync::oneshot::channel::<()>();
        let _ = rx.await; // [nested-oneshot]
    });
    tokio::select! {
        () = std::future::pending() => {}
        _ = async { tokio::join!(boxed, std::future::ready(())) } => {}
    }
}

/// An answer from a thread of one's own, for which the virtual clock does not wait.
pub(crate) async fn answer_from_a_thread() -> Option<u64> {
    let (tx, mut rx) = mpsc::channel(1);
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        let _ = tx.blocking_send(7);
    });
    let answer = rx.recv().await; // [thread-recv]
    let _ = thread.join();
    answer
}

/// A step, and then another: every poll comes back, and the task wakes itself instead of being parked.
pub(crate) async fn ever_more_work() {
    // [ever-more-spawn]
    let task = tokio::spawn(std::future::poll_fn::<(), _>(|cx| {
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    }));
    let _ = task.await;
}
