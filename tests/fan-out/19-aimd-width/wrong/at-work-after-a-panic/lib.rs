//! Caught by: a_panic_costs_its_number_alone (fail)
//!
//! "What has ended well is no longer at work": nor is what has panicked, but it stays in the count that lets the width
//! grow.

use futures::FutureExt;
use futures::stream::{FuturesUnordered, StreamExt};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};
use workbook::Work;

pub const INTERVAL: Duration = Duration::from_secs(1);
pub const OUTPUT_CAPACITY: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub min: usize,
    pub max: usize,
    pub start: usize,
    pub target: Duration,
}

#[derive(Default)]
struct Seen {
    latencies: Vec<Duration>,
    at_work: usize,
    most: usize,
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn fan_out(mut input: Receiver<u64>, work: Work, limits: Limits) -> (Receiver<u64>, watch::Receiver<usize>) {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let (gauge, width) = watch::channel(limits.start);
    tokio::spawn(async move {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut running = FuturesUnordered::new();
        let mut open = true;
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while open || !running.is_empty() {
            let width = *gauge.borrow();
            tokio::select! {
                biased;
                () = output.closed() => return,
                _ = ticks.tick() => {
                    let mut seen = lock(&seen);
                    seen.latencies.sort_unstable();
                    let next = match seen.latencies.get(seen.latencies.len() / 2) {
                        Some(median) if *median > limits.target => (width / 2).max(limits.min),
                        Some(_) if seen.most >= width => (width + 1).min(limits.max),
                        _ => width,
                    };
                    seen.latencies.clear();
                    seen.most = seen.at_work;
                    gauge.send_replace(next);
                }
                Some(()) = running.next() => {}
                number = input.recv(), if open && running.len() < width => {
                    let Some(number) = number else {
                        open = false;
                        continue;
                    };
                    {
                        let mut seen = lock(&seen);
                        seen.at_work += 1;
                        seen.most = seen.most.max(seen.at_work);
                    }
                    let (run, seen, output) = (work.run(number), seen.clone(), output.clone());
                    running.push(async move {
                        let began = Instant::now();
                        let ended = AssertUnwindSafe(run).catch_unwind().await;
                        if ended.is_ok() {
                            lock(&seen).at_work -= 1;
                            lock(&seen).latencies.push(began.elapsed());
                            output.send(number * 2).await.ok();
                        }
                    });
                }
            }
        }
    });
    (receiver, width)
}
