//! Percentiles of percentiles, and percentiles from buckets.
//!
//! Clock: none, it counts. Seed: the requests' times.

use crate::Options;
use crate::print::thousands;
use crate::sim::{between, ms, percentile, random};
use std::io::{self, Write};
use std::time::Duration;

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let instances = [(10_000, 5..=15), (10_000, 5..=15), (10_000, 5..=15), (200, 100..=900)];
    let mut random = random(options.seed, 0);
    let mut all = Vec::new();
    let mut sum = 0.0;
    writeln!(out, "instance    requests    p99 ms")?;
    for (at, (requests, times)) in instances.into_iter().enumerate() {
        let mut times: Vec<Duration> = (0..requests).map(|_| between(&mut random, times.clone())).collect();
        let p99 = percentile(&mut times, 0.99);
        sum += p99.as_secs_f64() * 1e3;
        all.extend_from_slice(&times);
        writeln!(out, "{:>8}{:>12}{:>10}", at + 1, thousands(requests), ms(p99))?;
    }
    writeln!(out, "\np99 of the four, by the mean of their p99       {:>6.0} ms", sum / 4.0)?;
    for share in [0.99, 0.995, 0.999] {
        let of_all = percentile(&mut all, share);
        writeln!(out, "p{:<4} of all requests                           {:>6} ms", share * 100.0, ms(of_all))?;
    }

    writeln!(out, "\nThe same requests, from buckets")?;
    writeln!(out, "{:<36}{:>8}{:>8}{:>8}", "upper bounds, ms", "p99", "p99.5", "p99.9")?;
    for bounds in
        [&[100, 1000][..], &[10, 25, 50, 100, 250, 500, 1000], &[10, 20, 40, 80, 160, 320, 480, 640, 800, 960]]
    {
        let words: Vec<_> = bounds.iter().map(u64::to_string).collect();
        write!(out, "{:<36}", words.join(" "))?;
        for share in [0.99, 0.995, 0.999] {
            write!(out, "{:>8.0}", from_buckets(&all, bounds, share))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

// ANCHOR: buckets
/// As Prometheus does it: within a bucket, values are taken to lie evenly.
fn from_buckets(times: &[Duration], bounds: &[u64], share: f64) -> f64 {
    let rank = share * times.len() as f64;
    let mut lower = 0;
    let mut below = 0;
    for upper in bounds {
        let up_to = times.iter().filter(|time| **time <= Duration::from_millis(*upper)).count();
        if up_to as f64 >= rank {
            let within = (rank - below as f64) / (up_to - below) as f64;
            return lower as f64 + (upper - lower) as f64 * within;
        }
        (lower, below) = (*upper, up_to);
    }
    lower as f64
}
// ANCHOR_END: buckets
