//! Threads that count as fast as they can: what it costs when their counters share a line, and what other ways of
//! counting cost.

use measure::Outcome;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Barrier, Mutex, PoisonError};
use std::time::{Duration, Instant};
use task::{Counters, Padded, Plain};

/// So many cores must fight for a line before the effect is expected.
const ENOUGH: usize = 4;
/// What the padded counters gain at least, then.
const EXPECTED: f64 = 1.1;

/// Measures.
pub(crate) fn main() {
    let mut bench = measure::Bench::start();
    let cores = bench.cores();
    let threads = cores.clamp(2, 8);
    let items: u64 = if bench.full() { 50_000_000 } else { 8_000_000 };
    let (plain, padded) = (Plain::with_workers(threads), Padded::with_workers(threads));
    let one = (AtomicU64::new(0), AtomicU64::new(0));
    let locked = Mutex::new(vec![(0u64, 0u64); threads]);
    let time = Duration::from_nanos(3);
    let nanoseconds = time.as_nanos() as u64;
    let table = bench
        .table(&format!("{threads} threads, each counting items and time for a worker of its own"))
        .column("counted", "items/s")
        .alternative("plain", || rate(threads, items, |worker| plain.record(worker, time)))
        .alternative("padded", || rate(threads, items, |worker| padded.record(worker, time)))
        .alternative("one counter for all", || {
            rate(threads, items, |_| {
                one.0.fetch_add(1, Relaxed);
                one.1.fetch_add(nanoseconds, Relaxed);
            })
        })
        .alternative("a locked table", || {
            rate(threads, items / 4, |worker| {
                let mut table = locked.lock().unwrap_or_else(PoisonError::into_inner);
                table[worker].0 += 1;
                table[worker].1 += nanoseconds;
            })
        })
        .against("plain")
        .measure();

    let ratio = table.ratio("padded").expect("it was measured");
    bench.note(format!(
        "Padded counters are {:.2} times as fast as plain ones, {:.2} to {:.2} in {} rounds.",
        ratio.median, ratio.least, ratio.greatest, table.rounds
    ));
    let expected = format!("where {ENOUGH} cores or more count, padded counters are at least {EXPECTED} times as fast");
    if cores >= ENOUGH {
        bench.expect(expected, Outcome::of(ratio.median >= EXPECTED));
    } else {
        let has = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
        bench.expect(
            format!(
                "{expected}. This machine has {has}: at least {ENOUGH} are needed to show the effect, and whether two that \
                 are virtual share a line at all is not known here"
            ),
            Outcome::Unknown,
        );
    }
}

/// So many threads call `count` so many times each, all at once: calls a second, in all.
fn rate(threads: usize, items: u64, count: impl Fn(usize) + Sync) -> f64 {
    let (start, count) = (&Barrier::new(threads), &count);
    let slowest = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    start.wait();
                    let began = Instant::now();
                    (0..items).for_each(|_| count(worker));
                    began.elapsed()
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().expect("counting does not panic")).max()
    });
    (threads as u64 * items) as f64 / slowest.unwrap_or_default().as_secs_f64()
}
