//! Twenty tasks are always ready. One more task gives way, in one of three ways: how many polls of the others are
//! there until its next turn?
//!
//! Clock: none; polls are counted. One worker. The seed changes nothing.

use crate::{Options, print};
use std::future::poll_fn;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::Poll;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{coop, yield_now};

const NEIGHBOURS: usize = 20;
const TURNS: usize = 1000;

#[derive(Clone, Copy)]
enum By {
    Waking,
    Yielding,
    Budget,
}

// ANCHOR: ways
/// Goes to the end of the queue at once.
async fn wake_oneself() {
    let mut woken = false;
    poll_fn(|cx| {
        if woken {
            return Poll::Ready(());
        }
        woken = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// Works until the budget is used up, and is stopped by it.
async fn use_up_the_budget() {
    while coop::has_budget_remaining() {
        coop::consume_budget().await;
    }
    coop::consume_budget().await;
}
// ANCHOR_END: ways

/// Polls of the neighbours for each turn.
fn crowd(runtime: &Runtime, by: By) -> String {
    let polls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&polls);
    runtime.block_on(async move {
        let over = Arc::new(AtomicBool::new(false));
        let all = tokio::spawn(async move {
            for _ in 0..NEIGHBOURS {
                let (polls, over) = (Arc::clone(&polls), Arc::clone(&over));
                tokio::spawn(poll_fn(move |cx| {
                    polls.fetch_add(1, Relaxed);
                    cx.waker().wake_by_ref();
                    if over.load(Relaxed) { Poll::Ready(()) } else { Poll::Pending }
                }));
            }
            for _ in 0..TURNS {
                match by {
                    By::Waking => wake_oneself().await,
                    By::Yielding => yield_now().await,
                    By::Budget => use_up_the_budget().await,
                }
            }
            over.store(true, Relaxed);
        });
        all.await.expect("no panic");
    });
    format!("{:.0}", counted.load(Relaxed) as f64 / TURNS as f64)
}

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let one_worker = || Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
    let current_thread = || Builder::new_current_thread().build().expect("a runtime");
    let row = |name: &str, by| vec![name.to_owned(), crowd(&one_worker(), by), crowd(&current_thread(), by)];
    let rows = [row("waking itself", By::Waking), row("yield_now", By::Yielding), row("a budget used up", By::Budget)];
    writeln!(out, "Twenty others are always ready: their polls until the next turn")?;
    print::table(out, &["gives way by", "one worker", "current thread"], &rows)
}
