//! A thread for each core, two at least, adds to a counter: to one for all, to one of its own beside the others, to
//! one of its own on its own line, or to a local variable that it hands over at the end.
//!
//! Clock: the machine's. On few cores the effect is small, and on cores that share a first-level cache there is none.
//! The seed changes nothing.

use crate::{Options, print};
use crossbeam_utils::CachePadded;
use measure::Bench;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// In a chunk.
const ADDITIONS: u64 = 2_000;
/// So many chunks are measured in a round, if the machine gives the threads a core each before this many attempts.
const ENOUGH: usize = 10;
const PATIENCE: usize = 15;

// ANCHOR: layouts
/// Fits a line of 64 bytes, and shares the pair that the prefetcher fetches.
#[repr(align(64))]
#[derive(Default)]
struct Line(AtomicU64);

#[derive(Default)]
struct Counters {
    one: CachePadded<AtomicU64>,
    neighbours: CachePadded<[AtomicU64; 8]>,
    lines: CachePadded<[Line; 8]>,
    padded: [CachePadded<AtomicU64>; 8],
}
// ANCHOR_END: layouts

/// How long some additions of a thread took.
struct Chunk {
    began: Instant,
    ended: Instant,
}

/// Nanoseconds an addition, while all threads were at it: a chunk counts if every other thread was in the middle of one
/// of its own, and none of them was suspended for the sake of another program.
fn nanoseconds(threads: usize, add: impl Fn(usize) + Sync) -> f64 {
    let mut counted: Vec<f64> = Vec::new();
    for _ in 0..PATIENCE {
        let chunks = chunks(threads, &add);
        let longest =
            4 * chunks.iter().flatten().map(Chunk::took).min().unwrap_or_default() + Duration::from_micros(200);
        let at_work = |others: &[Chunk], at: Instant| {
            let next = others.partition_point(|chunk| chunk.ended < at);
            others.get(next).is_some_and(|chunk| chunk.began <= at && chunk.took() < longest)
        };
        let (first, others) = chunks.split_first().expect("a thread");
        counted.extend(
            first
                .iter()
                .filter(|chunk| chunk.took() < longest)
                .filter(|chunk| others.iter().all(|other| at_work(other, chunk.began + chunk.took() / 2)))
                .map(|chunk| chunk.took().as_nanos() as f64 / ADDITIONS as f64),
        );
        if counted.len() >= ENOUGH {
            break;
        }
    }
    counted.sort_by(f64::total_cmp);
    counted.get(counted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// All threads add for 300 ms.
fn chunks(threads: usize, add: &(impl Fn(usize) + Sync)) -> Vec<Vec<Chunk>> {
    let start = Barrier::new(threads);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|thread| {
                let start = &start;
                scope.spawn(move || {
                    let mut chunks = Vec::with_capacity(65_536);
                    start.wait();
                    let until = Instant::now() + Duration::from_millis(300);
                    while Instant::now() < until {
                        let began = Instant::now();
                        add(thread);
                        chunks.push(Chunk { began, ended: Instant::now() });
                    }
                    chunks
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

impl Chunk {
    fn took(&self) -> Duration {
        self.ended - self.began
    }
}

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
    let counters = Counters::default();
    let many = |counter: &AtomicU64| {
        for _ in 0..ADDITIONS {
            counter.fetch_add(1, Relaxed);
        }
    };
    let mut bench = Bench::unrecorded();
    let table = bench
        .table(&format!("Nanoseconds an addition, {threads} threads"))
        .column("time", "ns")
        .rounds(5)
        .within(Duration::from_secs(12))
        .alternative("one counter for all", || nanoseconds(threads, |_| many(&counters.one)))
        .alternative("side by side", || nanoseconds(threads, |thread| many(&counters.neighbours[thread])))
        .alternative("64 bytes apart", || nanoseconds(threads, |thread| many(&counters.lines[thread].0)))
        .alternative("128 bytes apart", || nanoseconds(threads, |thread| many(&counters.padded[thread])))
        .alternative("local, added at the end", || {
            nanoseconds(threads, |thread| {
                let mut local = 0;
                for _ in 0..ADDITIONS {
                    local = black_box(local + 1);
                }
                counters.padded[thread].fetch_add(local, Relaxed);
            })
        })
        .against("128 bytes apart")
        .measure();
    print::measured(out, &table)
}
