//! In which order tasks run that a task has spawned, and how often a bystander runs beside two tasks that wake each
//! other without end.
//!
//! Clock: none. One worker, so that nobody can steal: the order is exact. The seed changes nothing.

use crate::{Options, print};
use std::future::poll_fn;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

/// How often the bystander runs.
const TURNS: usize = 1000;

fn current_thread() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

fn one_worker() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).build().expect("a runtime")
}

fn one_worker_without_slot() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).disable_lifo_slot().build().expect("a runtime")
}

// ANCHOR: order
/// A task spawns six and ends. Who runs first?
async fn spawns_six(order: Arc<Mutex<Vec<usize>>>) {
    for number in 1..=6 {
        let order = Arc::clone(&order);
        tokio::spawn(async move { order.lock().expect("no panic").push(number) });
    }
}
// ANCHOR_END: order

fn order(runtime: &Runtime) -> String {
    let order = Arc::new(Mutex::new(Vec::new()));
    // Spawned, because the future of `block_on` is no task of a worker.
    runtime.block_on(async { tokio::spawn(spawns_six(Arc::clone(&order))).await.expect("no panic") });
    runtime.block_on(async {
        while order.lock().expect("no panic").len() < 6 {
            tokio::task::yield_now().await;
        }
    });
    let order = order.lock().expect("no panic");
    order.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

// ANCHOR: pair
/// One of the two: takes the ball, gives it back.
async fn plays(mut from: mpsc::Receiver<()>, to: mpsc::Sender<()>, turns: Arc<AtomicUsize>) {
    while from.recv().await.is_some() {
        turns.fetch_add(1, Relaxed);
        if to.send(()).await.is_err() {
            break;
        }
    }
}
// ANCHOR_END: pair

/// Turns of the pair for each turn of the bystander.
fn crowding(runtime: &Runtime) -> String {
    let turns = Arc::new(AtomicUsize::new(0));
    let played = Arc::clone(&turns);
    runtime.block_on(async move {
        let all = tokio::spawn(async move {
            let ((to_a, a), (to_b, b)) = (mpsc::channel(1), mpsc::channel(1));
            to_a.try_send(()).expect("there is room");
            let pair = [tokio::spawn(plays(a, to_b, Arc::clone(&turns))), tokio::spawn(plays(b, to_a, turns))];
            let mut left = TURNS;
            // It wakes itself, so it goes to the end of the queue.
            let bystander = tokio::spawn(poll_fn(move |cx| {
                left -= 1;
                cx.waker().wake_by_ref();
                if left == 0 { Poll::Ready(()) } else { Poll::Pending }
            }));
            bystander.await.expect("no panic");
            pair.iter().for_each(|task| task.abort());
        });
        all.await.expect("no panic");
    });
    format!("{:.1}", played.load(Relaxed) as f64 / TURNS as f64)
}

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rows = [
        ("current thread", current_thread as fn() -> Runtime),
        ("one worker", one_worker),
        ("one worker, no LIFO slot", one_worker_without_slot),
    ];
    let rows = rows.map(|(name, new)| vec![name.to_owned(), order(&new()), crowding(&new())]);
    print::table(out, &["runtime", "spawned 1 to 6, ran", "turns of the pair to one"], &rows)
}
