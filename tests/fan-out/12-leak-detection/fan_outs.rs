//! Fan-outs that are checked for leaks. `// [name]` stands above the line of a spawn that a message must name, or not.

use futures::future::pending;
use harness::ms;
use std::mem::forget;
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};
use tokio_util::sync::CancellationToken;

/// What a `Location` in this file begins with.
pub(crate) const FOLDER: &str = file!().split_at(file!().len() - "fan_outs.rs".len()).0;

/// How a message names the spawn below this mark.
pub(crate) fn site(mark: &str) -> String {
    let mark = format!("// [{mark}]");
    let above = include_str!("fan_outs.rs").lines().position(|line| line.trim() == mark).expect("a mark of this file");
    format!("fan_outs.rs:{}", above + 2)
}

fn numbers(count: u64) -> Receiver<u64> {
    let (sender, receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        for number in 0..count {
            if sender.send(number).await.is_err() {
                return;
            }
        }
    });
    receiver
}

/// Eight workers that a token stops wherever they wait.
fn doubler(input: Receiver<u64>, token: &CancellationToken) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(4);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..8 {
        let worker = worker(input.clone(), output.clone());
        let token = token.clone();
        // [worker]
        tokio::spawn(async move { token.run_until_cancelled(worker).await });
    }
    receiver
}

async fn worker(input: Arc<Mutex<Receiver<u64>>>, output: Sender<u64>) {
    loop {
        let next = input.lock().await.recv().await;
        let Some(number) = next else { return };
        sleep(ms(1)).await;
        if output.send(number * 2).await.is_err() {
            return;
        }
    }
}

/// Sound: read to its end.
pub(crate) async fn drained() -> u64 {
    let mut output = doubler(numbers(100), &CancellationToken::new());
    let mut sum = 0;
    while let Some(number) = output.recv().await {
        sum += number;
    }
    sum
}

/// Sound: nobody reads any more, which the workers notice at their next send.
pub(crate) async fn dropped_early() {
    let mut output = doubler(numbers(1_000_000), &CancellationToken::new());
    output.recv().await;
}

/// Sound: cancelled with all workers in `send`, and not awaited.
pub(crate) async fn cancelled() {
    let token = CancellationToken::new();
    let output = doubler(numbers(1_000_000), &token);
    sleep(ms(50)).await;
    token.cancel();
    forget(output);
}

/// Sound: takes an hour.
pub(crate) async fn an_hour() {
    sleep(ms(3_600_000)).await;
    drained().await;
}

/// Sound: the last tasks end 0.9 s after the test, one after another.
pub(crate) async fn ends_a_moment_later() {
    tokio::spawn(async {
        sleep(ms(500)).await;
        tokio::spawn(sleep(ms(400)));
    });
}

/// A worker waits for room in an output whose receiver is kept and not read.
pub(crate) async fn blocked_send() {
    let (output, receiver) = mpsc::channel(1);
    // [blocked-send]
    tokio::spawn(async move {
        for number in 0..3 {
            if output.send(number).await.is_err() {
                return;
            }
        }
    });
    forget(receiver);
}

/// A worker waits for input, of which a sender is kept somewhere.
pub(crate) async fn forgotten_sender() {
    let (input, mut receiver) = mpsc::channel(1);
    // [forgotten-sender]
    tokio::spawn(async move { while receiver.recv().await.is_some() {} });
    let kept = input.clone();
    input.send(1).await.expect("the worker receives");
    forget(kept);
}

/// A ticker that is spawned and forgotten, beside a fan-out that is sound.
pub(crate) async fn detached_spawn() {
    // [detached-spawn]
    tokio::spawn(async {
        let mut ticker = interval(ms(100));
        loop {
            ticker.tick().await;
        }
    });
    drained().await;
}

/// A worker that looks at its token between items, in an item that takes an hour.
pub(crate) async fn ignored_token() {
    let token = CancellationToken::new();
    let told = token.clone();
    // [ignored-token]
    tokio::spawn(async move {
        while !told.is_cancelled() {
            sleep(ms(3_600_000)).await;
        }
    });
    sleep(ms(1)).await;
    token.cancel();
}

/// A task that ends, but 1.1 s after the test.
pub(crate) async fn ends_too_late() {
    // [too-late]
    tokio::spawn(sleep(ms(1_100)));
}

/// A task that ends 0.5 s after the test, and has spawned one that never ends.
pub(crate) async fn leaves_a_child() {
    tokio::spawn(async {
        sleep(ms(500)).await;
        // [child]
        tokio::spawn(pending::<()>());
    });
}

/// Eight workers and a watcher are left, and a `JoinSet` that was drained is not.
pub(crate) async fn nine_left() {
    let mut set = JoinSet::new();
    for _ in 0..4 {
        // [joined]
        set.spawn(sleep(ms(1)));
    }
    while set.join_next().await.is_some() {}
    let (gate, receiver) = mpsc::channel::<()>(1);
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..8 {
        let receiver = receiver.clone();
        // [eight-workers]
        tokio::spawn(async move { receiver.lock().await.recv().await });
    }
    // [watcher]
    tokio::spawn(async move { gate.closed().await });
    drained().await;
}

/// Who asks it gets an answer.
pub(crate) type Service = Sender<oneshot::Sender<u64>>;

/// A task that the test does not start, and that goes on after it.
pub(crate) async fn service() -> Service {
    let (requests, mut receiver) = mpsc::channel::<oneshot::Sender<u64>>(1);
    // [service]
    tokio::spawn(async move {
        while let Some(reply) = receiver.recv().await {
            // Who asked may be gone.
            reply.send(42).ok();
        }
    });
    requests
}

pub(crate) async fn ask(service: &Service) -> u64 {
    let (reply, answer) = oneshot::channel();
    service.send(reply).await.expect("the service is there");
    answer.await.expect("the service answers")
}
