//! A test of a leak check: a fan-out, and the same fan-out with one race less.

use std::panic::catch_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// A leak check: runs the future to its end, and panics if it leaves tasks.
pub type Detector = fn(Pin<Box<dyn Future<Output = ()> + Send>>);

// ANCHOR: demonstration
/// Tests `detector`: a fan-out that is sound passes, and the same fan-out with one fault is reported.
///
/// # Panics
///
/// If it is not so.
pub fn shows_a_leak(detector: Detector) {
    detector(Box::pin(cancelled_with_a_full_output(true)));
    let reported = catch_unwind(|| detector(Box::pin(cancelled_with_a_full_output(false)))).is_err();
    assert!(reported, "eight workers wait in a send that nothing cancels, and no leak is reported");
}

/// Cancels eight workers while their output is full, and keeps its receiver until the check is over.
async fn cancelled_with_a_full_output(race_the_send: bool) {
    let token = CancellationToken::new();
    let (jobs, input) = mpsc::channel(8);
    let (output, receiver) = mpsc::channel(1);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..8 {
        tokio::spawn(worker(input.clone(), output.clone(), token.clone(), race_the_send));
    }
    for job in 0..8 {
        jobs.send(job).await.expect("the workers take jobs");
    }
    sleep(Duration::from_millis(10)).await;
    token.cancel();
    std::mem::forget(receiver);
}

async fn worker(
    input: Arc<Mutex<Receiver<u64>>>,
    output: Sender<u64>,
    token: CancellationToken,
    race_the_send: bool,
) -> Option<()> {
    loop {
        let job = token.run_until_cancelled(async { input.lock().await.recv().await }).await??;
        token.run_until_cancelled(sleep(Duration::from_millis(1))).await?;
        let send = output.send(job);
        // The fault: a send takes no time, as long as somebody reads.
        if race_the_send { token.run_until_cancelled(send).await?.ok()? } else { send.await.ok()? }
    }
}
// ANCHOR_END: demonstration
