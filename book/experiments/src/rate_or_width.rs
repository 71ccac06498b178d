//! A limit on the rate and a limit on the width, when the downstream gets slow and when it fails at once.
//!
//! Clock: virtual. Seed: none is needed, nothing is random.

use crate::Options;
use crate::print::thousands;
use crate::sim::on_virtual_time;
use std::io::{self, Write};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

/// Calls a second, and calls at once.
const RATE: u64 = 100;
const WIDTH: usize = 10;
/// How long each situation lasts.
const LASTS: Duration = Duration::from_secs(10);

// ANCHOR: bucket
/// A token bucket without a task: the time at which the next token is there.
struct Bucket {
    next: Instant,
    each: Duration,
    burst: u32,
}

impl Bucket {
    fn new(rate: u64, burst: u32) -> Bucket {
        Bucket { next: Instant::now(), each: Duration::from_secs(1) / rate as u32, burst }
    }

    async fn take(&mut self) {
        // A bucket that was left alone is full: never more than `burst` tokens before now.
        let fullest = Instant::now() - self.each * (self.burst - 1);
        let mine = self.next.max(fullest);
        self.next = mine + self.each;
        sleep_until(mine).await;
    }
}
// ANCHOR_END: bucket

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<26}{:>17}{:>17}{:>17}", "", "100 a second", "10 at once", "both")?;
    writeln!(
        out,
        "{:<26}{:>9}{:>8}{:>9}{:>8}{:>9}{:>8}",
        "a call takes", "calls/s", "at once", "calls/s", "at once", "calls/s", "at once"
    )?;
    for (name, call) in [("100 ms", 100), ("50 ms", 50), ("2 s", 2_000), ("1 ms, and fails", 1)] {
        write!(out, "{name:<26}")?;
        for (rate, width) in [(true, false), (false, true), (true, true)] {
            let (calls, most) = on_virtual_time(0, limited(Duration::from_millis(call), rate, width));
            let a_second = calls as f64 / LASTS.as_secs_f64();
            write!(out, "{:>9}{:>8}", thousands(a_second.round() as u64), thousands(most as u64))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// How many calls began, and how many were under way at once.
async fn limited(call: Duration, rate: bool, width: bool) -> (usize, usize) {
    let end = Instant::now() + LASTS;
    let mut bucket = Bucket::new(RATE, 1);
    let gate = std::sync::Arc::new(Semaphore::new(if width { WIDTH } else { Semaphore::MAX_PERMITS }));
    let (mut begun, mut most) = (0, 0);
    let mut calls = JoinSet::new();
    loop {
        let permit = gate.clone().acquire_owned().await.expect("never closed");
        if rate {
            bucket.take().await;
        }
        if Instant::now() >= end {
            return (begun, most);
        }
        while calls.try_join_next().is_some() {}
        begun += 1;
        calls.spawn(async move {
            sleep(call).await;
            drop(permit);
        });
        most = most.max(calls.len());
    }
}
