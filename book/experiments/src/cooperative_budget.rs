//! A channel is full, and a task takes from it without end: how often does it give way to its neighbour?
//!
//! Clock: none; polls are counted. The seed changes nothing.

use crate::{Options, print, virtual_time};
use std::future::{Future, poll_fn};
use std::io::{self, Write};
use std::pin::pin;
use tokio::sync::mpsc;
use tokio::task::{consume_budget, coop::unconstrained};

/// How many messages wait.
const MESSAGES: usize = 1000;

/// Polls `task` to its end; says how often that took.
async fn polls(task: impl Future<Output = ()>) -> usize {
    let mut task = pin!(task);
    let mut polls = 0;
    poll_fn(|cx| {
        polls += 1;
        task.as_mut().poll(cx)
    })
    .await;
    polls
}

fn full() -> mpsc::Receiver<u64> {
    let (sender, receiver) = mpsc::channel(MESSAGES);
    (0..MESSAGES as u64).for_each(|message| sender.try_send(message).expect("there is room"));
    receiver
}

// ANCHOR: tasks
async fn takes_all(mut receiver: mpsc::Receiver<u64>) {
    while let Some(message) = receiver.recv().await {
        std::hint::black_box(message);
    }
}

async fn takes_without_await(mut receiver: mpsc::Receiver<u64>) {
    while let Ok(message) = receiver.try_recv() {
        std::hint::black_box(message);
    }
}

async fn computes() {
    for number in 0..MESSAGES {
        std::hint::black_box(number);
        std::future::ready(()).await;
    }
}

async fn computes_and_consumes() {
    for number in 0..MESSAGES {
        std::hint::black_box(number);
        consume_budget().await;
    }
}
// ANCHOR_END: tasks

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    // Each in a task of its own: every poll of a task begins with a whole budget.
    let counted = |task: std::pin::Pin<Box<dyn Future<Output = usize> + Send>>| {
        virtual_time::block_on(options, async { tokio::spawn(task).await.expect("no panic") }).to_string()
    };
    let rows = [
        ("recv().await", counted(Box::pin(polls(takes_all(full()))))),
        ("recv().await, unconstrained", counted(Box::pin(polls(unconstrained(takes_all(full())))))),
        ("try_recv()", counted(Box::pin(polls(takes_without_await(full()))))),
        ("ready(()).await", counted(Box::pin(polls(computes())))),
        ("consume_budget().await", counted(Box::pin(polls(computes_and_consumes())))),
    ];
    writeln!(out, "A loop of {MESSAGES} rounds, none of which has to wait")?;
    print::table(out, &["each round", "polls"], &rows.map(|(name, polls)| vec![name.to_owned(), polls]))
}
