//! What becomes of a call's tail when a request waits for many calls.
//!
//! Clock: virtual. Seed: the calls' times.

use crate::Options;
use crate::sim::{between, ms, on_virtual_time, percentile, random};
use futures::future::join_all;
use rand::RngExt;
use rand::rngs::StdRng;
use std::io::{self, Write};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Of a thousand calls, 980 are quick, 19 are slow and one is very slow.
fn call(random: &mut StdRng) -> Duration {
    match random.random_range(0..1000) {
        0..980 => between(random, 8..=12),
        980..999 => between(random, 40..=120),
        _ => between(random, 500..=1000),
    }
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "calls a    slow requests, %      p50      p95      p99    a call may be slow")?;
    writeln!(out, "request    measured  formula       ms       ms       ms    for 1 % of requests")?;
    for calls in [1, 5, 20, 100] {
        let mut times = on_virtual_time(options.seed, requests(options.seed, calls));
        let slow = times.iter().filter(|time| **time > Duration::from_millis(20)).count();
        let measured = slow as f64 / times.len() as f64 * 100.0;
        let formula = (1.0 - 0.98f64.powi(calls)) * 100.0;
        let may = (1.0 - 0.99f64.powf(1.0 / f64::from(calls))) * 100.0;
        let mut rank = |share| ms(percentile(&mut times, share));
        let (p50, p95, p99) = (rank(0.5), rank(0.95), rank(0.99));
        writeln!(out, "{calls:>7}{measured:>12.1}{formula:>9.1}{p50:>9}{p95:>9}{p99:>9}{may:>18.3} %")?;
    }
    Ok(())
}

/// The times of 2000 requests, one after the other, each of which waits for all its calls.
async fn requests(seed: u64, calls: i32) -> Vec<Duration> {
    let mut random = random(seed, calls as u64);
    let mut times = Vec::new();
    for _ in 0..2000 {
        let began = Instant::now();
        join_all((0..calls).map(|_| sleep(call(&mut random)))).await;
        times.push(began.elapsed());
    }
    times
}
