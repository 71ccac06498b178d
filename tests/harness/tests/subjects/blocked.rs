//! Async code that holds its thread, and code that only looks like it.

use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// Sleeps the thread inside a task.
pub(crate) async fn sleeps_in_a_task() {
    // [sleep-spawn]
    let task = tokio::spawn(async {
        std::thread::sleep(Duration::from_millis(20)); // [sleep-line]
    });
    let _ = task.await;
}

/// Sleeps the thread, briefly and often.
pub(crate) async fn naps() {
    let task = tokio::spawn(async {
        for _ in 0..5 {
            nap();
            tokio::task::yield_now().await;
        }
    });
    let _ = task.await;
}

fn nap() {
    std::thread::sleep(Duration::from_millis(1)); // [nap-line]
}

/// Sleeps the thread in what the test calls.
pub(crate) async fn sleeps_in_the_call() {
    std::thread::sleep(Duration::from_millis(20)); // [call-sleep-line]
}

/// Waits for a std lock that blocking work holds.
pub(crate) async fn waits_for_a_std_lock() {
    let total = Arc::new(Mutex::new(0));
    let holder = total.clone();
    let (holds, held) = tokio::sync::oneshot::channel();
    let work = tokio::task::spawn_blocking(move || {
        let mut total = holder.lock().unwrap();
        let _ = holds.send(());
        std::thread::sleep(Duration::from_millis(400));
        *total += 1;
    });
    let _ = held.await;
    // [lock-spawn]
    let task = tokio::spawn(async move {
        *total.lock().unwrap() += 1; // [lock-line]
    });
    let _ = task.await;
    let _ = work.await;
}

/// Waits for a std channel that blocking work sends on.
pub(crate) async fn waits_for_a_std_channel() {
    let (tx, rx) = mpsc::channel();
    let work = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(400));
        let _ = tx.send(1);
    });
    // [recv-spawn]
    let task = tokio::spawn(async move {
        let _ = rx.recv(); // [recv-line]
    });
    let _ = task.await;
    let _ = work.await;
}

/// Waits for a thread of its own.
pub(crate) async fn joins_a_thread() {
    let thread = std::thread::spawn(|| std::thread::sleep(Duration::from_millis(400)));
    let _ = thread.join(); // [join-line]
}

/// Waits for a process.
pub(crate) async fn waits_for_a_process() {
    // [process-spawn]
    let task = tokio::spawn(async {
        let _ = std::process::Command::new("sleep").arg("0.4").status(); // [process-line]
    });
    let _ = task.await;
}

/// Takes a std lock twice.
pub(crate) async fn locks_twice() {
    let total = Arc::new(Mutex::new(0));
    // [twice-spawn]
    let task = tokio::spawn(async move {
        let first = total.lock().unwrap();
        *total.lock().unwrap() += *first + 1; // [twice-lock]
    });
    let _ = task.await;
}

/// Never comes back.
pub(crate) async fn endless_loop() {
    // [endless-spawn]
    let task = tokio::spawn(async {
        let mut sum = 0u64;
        loop {
            sum = std::hint::black_box(sum + 1); // [endless-line]
        }
    });
    let _ = task.await;
}

/// Never comes back, in what the test calls.
pub(crate) async fn endless_loop_in_the_call() {
    let mut sum = 0u64;
    loop {
        sum = std::hint::black_box(sum + 1); // [endless-call-line]
    }
}

/// Computes for 100 ms without an await.
pub(crate) async fn computes() -> u64 {
    let task = tokio::spawn(async {
        let began = Instant::now();
        let mut sum = 0u64;
        while began.elapsed() < Duration::from_millis(100) {
            sum = std::hint::black_box(sum + 1);
        }
        sum
    });
    task.await.unwrap_or(0)
}

/// Prints 600 KiB without an await.
pub(crate) async fn prints() {
    let task = tokio::spawn(async {
        for line in 0..6_000 {
            println!("{line:0>99}");
        }
    });
    let _ = task.await;
}

/// Starts a lot of short blocking work, whose threads share Tokio's own locks with the runtime's.
pub(crate) async fn much_blocking_work() -> u64 {
    let mut tasks = tokio::task::JoinSet::new();
    for item in 0..500 {
        tasks.spawn(async move { tokio::task::spawn_blocking(move || std::hint::black_box(item)).await.unwrap_or(0) });
    }
    tasks.join_all().await.into_iter().sum()
}

/// Blocking work sends on Tokio's channels while the runtime receives.
pub(crate) async fn blocking_senders() -> u64 {
    let (tx, mut rx) = tokio::sync::mpsc::channel(2);
    for _ in 0..4 {
        let tx = tx.clone();
        tokio::task::spawn_blocking(move || {
            for item in 0..250 {
                let _ = tx.blocking_send(item);
            }
        });
    }
    drop(tx);
    let task = tokio::spawn(async move {
        let mut count = 0;
        while rx.recv().await.is_some() {
            count += 1;
        }
        count
    });
    task.await.unwrap_or(0)
}

/// Allocates and touches 64 MiB without an await.
pub(crate) async fn allocates() -> usize {
    let task = tokio::spawn(async { (0..64).map(|byte| vec![byte as u8; 1 << 20]).map(|block| block.len()).sum() });
    task.await.unwrap_or(0)
}
