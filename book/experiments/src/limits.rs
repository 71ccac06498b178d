//! Five ways to limit what is in flight, against a downstream whose capacity changes.
//!
//! Clock: virtual. Seed: the calls' times.
//!
//! The input is never empty, so the limit alone decides what the downstream has to bear. It serves as many calls at
//! once as it has places, and the others wait there. Each limit sees what a client sees: the median latency of the
//! calls that ended in the last second.

use crate::Options;
use crate::sim::{Service, between, ms, on_virtual_time, percentile, random};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// The least and the greatest width.
const WIDTHS: (f64, f64) = (1.0, 200.0);

/// A minute each: what it is called, how many places there are, and how long a call takes in one.
const PHASES: [(&str, usize, u64); 4] = [
    ("16 places, 100 ms", 16, 100),
    ("6 places, 100 ms", 6, 100),
    ("24 places, 100 ms", 24, 100),
    ("24 places, 250 ms", 24, 250),
];

/// What finds the width: given the width and the interval's median in ms, the next width.
enum Limit {
    Fixed,
    Aimd { target: f64 },
    Gradient { long: f64 },
    Vegas { best: f64 },
}

// ANCHOR: rules
impl Limit {
    fn next(&mut self, width: f64, median: f64) -> f64 {
        let width = match self {
            Limit::Fixed => return width,
            // Additive increase, multiplicative decrease: an absolute target.
            Limit::Aimd { target } if median <= *target => width + 1.0,
            Limit::Aimd { .. } => width / 2.0,
            // The latency now against a slow average of itself; 4 is the queue that it may build up.
            Limit::Gradient { long } => {
                *long += (median - *long) / 100.0;
                if *long > 2.0 * median {
                    *long *= 0.9;
                }
                let gradient = (*long / median).clamp(0.5, 1.0);
                0.8 * width + 0.2 * (gradient * width + 4.0)
            }
            // How many of our calls wait downstream, by the best latency ever seen: between 3 and 6 are welcome.
            Limit::Vegas { best } => {
                *best = best.min(median);
                let queue = width * (1.0 - *best / median);
                if queue < 3.0 {
                    width + 1.0
                } else if queue > 6.0 {
                    width - 1.0
                } else {
                    width
                }
            }
        };
        width.clamp(WIDTHS.0, WIDTHS.1)
    }
}
// ANCHOR_END: rules

/// What a phase looked like.
struct Phase {
    calls: usize,
    p99: Duration,
    width: f64,
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    type Column = (&'static str, f64, fn() -> Limit);
    let columns: [Column; 5] = [
        ("fixed 16", 16.0, || Limit::Fixed),
        ("fixed 64", 64.0, || Limit::Fixed),
        ("AIMD", 4.0, || Limit::Aimd { target: 130.0 }),
        ("gradient", 4.0, || Limit::Gradient { long: 100.0 }),
        ("Vegas", 4.0, || Limit::Vegas { best: f64::INFINITY }),
    ];
    let runs: Vec<Vec<Phase>> = columns.iter().map(|(_, start, limit)| phases(options.seed, *start, limit())).collect();
    let title = |out: &mut dyn Write, words: &str| {
        write!(out, "{words:<26}")?;
        columns.iter().try_for_each(|(name, ..)| write!(out, "{name:>10}"))?;
        writeln!(out)
    };
    title(out, "Of what could be done, %")?;
    for (at, (name, places, call)) in PHASES.iter().enumerate() {
        write!(out, "{name:<26}")?;
        let possible = *places as f64 * 60_000.0 / *call as f64;
        for phases in &runs {
            write!(out, "{:>10.0}", phases[at].calls as f64 / possible * 100.0)?;
        }
        writeln!(out)?;
    }
    title(out, "\np99 of a call, ms")?;
    for (at, (name, ..)) in PHASES.iter().enumerate() {
        write!(out, "{name:<26}")?;
        runs.iter().try_for_each(|phases| write!(out, "{:>10}", ms(phases[at].p99)))?;
        writeln!(out)?;
    }
    title(out, "\nWidth, on average")?;
    for (at, (name, ..)) in PHASES.iter().enumerate() {
        write!(out, "{name:<26}")?;
        runs.iter().try_for_each(|phases| write!(out, "{:>10.0}", phases[at].width))?;
        writeln!(out)?;
    }
    Ok(())
}

fn phases(seed: u64, start: f64, limit: Limit) -> Vec<Phase> {
    on_virtual_time(seed, LocalSet::new().run_until(minutes(seed, start, limit)))
}

async fn minutes(seed: u64, start: f64, mut limit: Limit) -> Vec<Phase> {
    let service = Rc::new(Service::new(PHASES[0].1));
    let random = Rc::new(RefCell::new(random(seed, 0)));
    let mut width = start;
    let mut calls = JoinSet::new();
    let mut ticks = interval_at(Instant::now() + Duration::from_secs(1), Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut recent = VecDeque::new();
    let mut places = PHASES[0].1;
    let mut done = Vec::new();
    for (_, now, call) in PHASES {
        if now > places {
            service.grow(now - places);
        } else if now < places {
            let service = service.clone();
            tokio::task::spawn_local(async move { service.shrink(places - now).await });
        }
        places = now;
        let (mut latencies, mut widths, mut seconds) = (Vec::new(), 0.0, 0);
        while seconds < 60 {
            tokio::select! {
                biased;
                _ = ticks.tick() => {
                    widths += width;
                    seconds += 1;
                    let mut ended: Vec<Duration> = recent.drain(..).collect();
                    if !ended.is_empty() {
                        width = limit.next(width, percentile(&mut ended, 0.5).as_secs_f64() * 1e3);
                    }
                }
                Some(latency) = calls.join_next() => {
                    let latency: Duration = latency.expect("a call does not panic");
                    recent.push_back(latency);
                    latencies.push(latency);
                }
                () = std::future::ready(()), if calls.len() < width as usize => {
                    let service = service.clone();
                    let work = between(&mut random.borrow_mut(), call * 8 / 10..=call * 12 / 10);
                    calls.spawn_local(async move {
                        let began = Instant::now();
                        service.call(work).await;
                        began.elapsed()
                    });
                }
            }
        }
        done.push(Phase { calls: latencies.len(), p99: percentile(&mut latencies, 0.99), width: widths / 60.0 });
    }
    done
}
