//! On the wall clock, with threads.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) async fn never() {
    // [never-spawn]
    let task = tokio::spawn(async {
        let (_tx, rx) = tokio::sync::oneshot::channel::<()>();
        let _ = rx.await; // [never-oneshot]
    });
    let _ = task.await; // [never-join]
}

/// Sends a byte through a socket and gets it back.
pub(crate) async fn echo() -> std::io::Result<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await?;
        let byte = socket.read_u8().await?;
        socket.write_u8(byte).await
    });
    let mut client = TcpStream::connect(address).await?;
    client.write_u8(7).await?;
    let byte = client.read_u8().await?;
    server.await??;
    Ok(byte)
}

pub(crate) fn aborted() {
    for _ in 0..50 {
        tokio::spawn(tokio::time::sleep(Duration::from_secs(3600))).abort();
    }
}

pub(crate) fn sleeper() {
    // [real-spawn]
    tokio::spawn(async {
        tokio::time::sleep(Duration::from_secs(3600)).await; // [real-sleep]
    });
}

pub(crate) async fn endless_loop() {
    // [real-endless-spawn]
    let task = tokio::spawn(async {
        let mut sum = 0u64;
        loop {
            sum = std::hint::black_box(sum + 1); // [real-endless-line]
        }
    });
    let _ = task.await;
}

pub(crate) async fn endless_loops_on_all_workers() {
    for _ in 0..4 {
        // [real-loops-spawn]
        tokio::spawn(async {
            let mut sum = 0u64;
            loop {
                sum = std::hint::black_box(sum + 1);
            }
        });
    }
    std::future::pending().await
}

/// Both worker threads always have something to do, and none of it matters.
pub(crate) async fn yields_for_ever() {
    for _ in 0..4 {
        tokio::spawn(async {
            loop {
                tokio::task::yield_now().await;
            }
        });
    }
    std::future::pending::<()>().await
}

/// Blocking work that never ends, awaited.
pub(crate) async fn endless_blocking_work() {
    let work = tokio::task::spawn_blocking(|| {
        loop {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    work.await.unwrap_or(()) // [endless-blocking-await]
}

pub(crate) async fn deadlocked_threads() {
    let lock = std::sync::Arc::new(std::sync::Mutex::new(0));
    // [real-lock-spawn]
    let task = tokio::spawn(async move {
        let first = lock.lock().unwrap();
        *lock.lock().unwrap() += *first;
    });
    let _ = task.await;
}
