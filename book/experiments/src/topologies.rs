//! The shapes of a pipeline, and the pace of each.
//!
//! Clock: virtual. Seed: none is needed, nothing is random.

use crate::Options;
use crate::print::thousands;
use crate::sim::on_virtual_time;
use std::future::Future;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep, sleep_until};

const ITEMS: u64 = 1000;

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Widening: a takes 1 ms, b 8 ms, c 1 ms; a and c are one wide")?;
    writeln!(out, "width of b{:>10}{:>10}{:>10}{:>10}{:>10}", 1, 2, 4, 8, 16)?;
    write!(out, "items/s   ")?;
    for width in [1, 2, 4, 8, 16] {
        write!(out, "{:>10}", rate(on_virtual_time(options.seed, widened(width))))?;
    }
    writeln!(out, "\n\nDiamond: the quick branch takes 1 ms, the slow one 10 ms; queues of 16")?;
    writeln!(out, "to the slow branch           {:>10}{:>10}{:>10}{:>10}", "5 %", "10 %", "20 %", "40 %")?;
    for (name, runs) in [("items/s, spread evenly", false), ("items/s, all slow ones first", true)] {
        write!(out, "{name:<29}")?;
        for percent in [5, 10, 20, 40] {
            write!(out, "{:>10}", rate(on_virtual_time(options.seed, diamond(percent, runs))))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "\nAudit branch: the main path takes 1 ms, the audit 5 ms; its queue holds 100")?;
    writeln!(out, "{:<32}{:>12}{:>12}{:>12}", "the main path", "items/s", "audited", "not audited")?;
    for (name, waits) in [("waits for room", true), ("leaves out what has none", false)] {
        let (took, audited) = on_virtual_time(options.seed, with_audit(waits));
        writeln!(out, "{name:<32}{:>12}{audited:>12}{:>12}", rate(took), ITEMS - audited)?;
    }
    writeln!(out, "\nCommands: {ITEMS} items wait; a command comes after 10 ms and is obeyed")?;
    let first = on_virtual_time(options.seed, commanded(true)).as_millis();
    let last = on_virtual_time(options.seed, commanded(false)).as_millis();
    writeln!(out, "commands before items: after {first} ms; items before commands: after {last} ms")?;
    Ok(())
}

fn rate(took: Duration) -> String {
    thousands((ITEMS as f64 / took.as_secs_f64()).round() as u64)
}

// ANCHOR: stage
/// So many workers on one input. Results leave as they are done.
fn stage<F>(input: Receiver<u64>, width: usize, work: impl Fn(u64) -> F + Copy + Send + 'static) -> Receiver<u64>
where
    F: Future<Output = u64> + Send,
{
    let (output, results) = channel(width);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..width {
        let (input, output) = (input.clone(), output.clone());
        tokio::spawn(async move {
            // The lock is held while one worker waits for an item, and given back before it works.
            while let Some(item) = { input.lock().await.recv().await } {
                if output.send(work(item).await).await.is_err() {
                    break;
                }
            }
        });
    }
    results
}
// ANCHOR_END: stage

fn source() -> Receiver<u64> {
    let (output, items) = channel(1);
    tokio::spawn(async move {
        for item in 0..ITEMS {
            if output.send(item).await.is_err() {
                break;
            }
        }
    });
    items
}

async fn take(ms: u64, item: u64) -> u64 {
    sleep(Duration::from_millis(ms)).await;
    item
}

async fn drain(mut results: Receiver<u64>) -> Duration {
    let began = Instant::now();
    while results.recv().await.is_some() {}
    began.elapsed()
}

async fn widened(width: usize) -> Duration {
    // ANCHOR: widening
    let a = stage(source(), 1, |item| take(1, item));
    let b = stage(a, width, |item| take(8, item));
    let c = stage(b, 1, |item| take(1, item));
    // ANCHOR_END: widening
    drain(c).await
}

async fn diamond(percent: u64, runs: bool) -> Duration {
    // The same share either way: spread evenly, or all the slow ones first.
    let slow = move |item| if runs { item < 10 * percent } else { item * percent % 100 < percent };
    // ANCHOR: diamond
    let (to_quick, quick) = channel(16);
    let (to_slow, slow_ones) = channel(16);
    let quick = stage(quick, 1, |item| take(1, item));
    let slow_ones = stage(slow_ones, 1, |item| take(10, item));
    tokio::spawn(async move {
        let mut items = source();
        while let Some(item) = items.recv().await {
            let branch = if slow(item) { &to_slow } else { &to_quick };
            // Waits for the branch of this item, whatever room the other has.
            if branch.send(item).await.is_err() {
                break;
            }
        }
    });
    // ANCHOR_END: diamond
    let began = Instant::now();
    tokio::join!(drain(quick), drain(slow_ones));
    began.elapsed()
}

async fn with_audit(waits: bool) -> (Duration, u64) {
    let (to_audit, audit) = channel(100);
    let mut audited = stage(audit, 1, |item| take(5, item));
    let counted = tokio::spawn(async move {
        let mut count = 0;
        while audited.recv().await.is_some() {
            count += 1;
        }
        count
    });
    let took = drain(main_path(to_audit, waits)).await;
    (took, counted.await.expect("counting does not panic"))
}

// ANCHOR: audit
fn main_path(to_audit: Sender<u64>, waits: bool) -> Receiver<u64> {
    let (output, results) = channel(1);
    tokio::spawn(async move {
        let mut items = source();
        while let Some(item) = items.recv().await {
            let item = take(1, item).await;
            if waits {
                // Backpressure from the audit: nothing is left out, and the slower of the two sets the pace.
                let _ = to_audit.send(item).await;
            } else if to_audit.try_send(item).is_err() {
                // Left out. A service counts it here.
            }
            if output.send(item).await.is_err() {
                break;
            }
        }
    });
    results
}
// ANCHOR_END: audit

async fn commanded(commands_first: bool) -> Duration {
    let (send, items) = channel(ITEMS as usize);
    let (command, commands) = channel(1);
    for item in 0..ITEMS {
        send.send(item).await.expect("there is room");
    }
    drop(send);
    let came = Instant::now() + Duration::from_millis(10);
    tokio::spawn(async move {
        sleep_until(came).await;
        let _ = command.send(Command::Pause).await;
        let _ = command.send(Command::Resume).await;
        // The operator leaves, and that ends the stage.
    });
    if commands_first {
        controlled(commands, items).await
    } else {
        starved(commands, items).await
    }
    came.elapsed()
}

enum Command {
    Pause,
    Resume,
}

// ANCHOR: control
async fn controlled(mut commands: Receiver<Command>, mut items: Receiver<u64>) {
    let mut paused = false;
    loop {
        tokio::select! {
            biased;
            command = commands.recv() => match command {
                Some(Command::Pause) => paused = true,
                Some(Command::Resume) => paused = false,
                None => break,
            },
            item = items.recv(), if !paused => match item {
                Some(item) => drop(take(1, item).await),
                None => break,
            },
        }
    }
}
// ANCHOR_END: control

/// The same with items first.
async fn starved(mut commands: Receiver<Command>, mut items: Receiver<u64>) {
    loop {
        tokio::select! {
            biased;
            Some(item) = items.recv() => drop(take(1, item).await),
            _ = commands.recv() => break,
        }
    }
}
