//! A source, a bounded channel, workers, a bounded channel, a consumer: the pipeline that the page "A pipeline by
//! hand" lets the reader set. `book/pipeline.js` computes the same times; a test of the book holds it against the
//! outputs stored from here.
//!
//! Clock: virtual, whole milliseconds. The seed draws the gaps between arrivals and the times of the work.

use crate::{Options, print, virtual_time};
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

/// What the page's sliders set. All times are milliseconds.
#[derive(Clone, Copy)]
struct Setting {
    /// From one arrival to the next, on average; 0: the next item is there as soon as the last has been accepted.
    every: u32,
    workers: usize,
    /// A worker's for an item, on average.
    work: u32,
    /// Per cent: 0 for all the same, 100 for exponential.
    spread: u32,
    /// Places in each of the two channels.
    room: usize,
    /// The consumer's for an item.
    consume: u32,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Setting { every, workers, work, spread, room, consume } = self;
        write!(f, "{every}/{workers}/{work}/{spread}/{room}/{consume}")
    }
}

/// The means of the 32 parts of an exponential distribution, in per cent of its mean.
const QUANTILES: [u32; 32] = [
    2, 5, 8, 12, 15, 19, 23, 27, 31, 35, 40, 45, 50, 55, 60, 66, 73, 79, 86, 94, 102, 111, 121, 133, 145, 159, 176,
    196, 222, 256, 308, 446,
];

/// Chance from integers of 32 bits, which JavaScript has too: Marsaglia's xorshift.
struct Chance(u32);

impl Chance {
    fn new(seed: u32) -> Chance {
        Chance(seed.wrapping_mul(2_654_435_761) | 1)
    }

    /// Around `mean`, with so much spread.
    fn around(&mut self, mean: u32, spread: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        let quantile = QUANTILES[(self.0 >> 27) as usize];
        (mean * (100 * (100 - spread) + spread * quantile) + 5000) / 10_000
    }
}

/// One item's way to the second channel, and when each step was done.
#[derive(Clone, Copy)]
struct Worked {
    item: usize,
    begun: u64,
    done: u64,
    /// There was room in the second channel.
    passed: u64,
}

/// The run, in milliseconds since its beginning.
struct Times {
    /// By item: it is there, it is in the first channel.
    due: Vec<u64>,
    accepted: Vec<u64>,
    /// By item.
    worked: Vec<Worked>,
    /// In the order of the output: out of the second channel, and consumed.
    taken: Vec<u64>,
    finished: Vec<u64>,
}

// ANCHOR: pipeline
async fn pipeline(setting: Setting, gaps: Vec<u32>, work: Vec<u32>) -> Times {
    let began = Instant::now();
    let now = move || began.elapsed().as_millis() as u64;
    let ms = |ms: u32| Duration::from_millis(ms.into());
    let (sender, receiver) = mpsc::channel(setting.room);
    let (out, mut results) = mpsc::channel(setting.room);

    let source = tokio::spawn(async move {
        let (mut due, mut accepted) = (Vec::new(), Vec::new());
        let mut next = began;
        for (item, (gap, work)) in gaps.into_iter().zip(work).enumerate() {
            next = if setting.every == 0 { Instant::now() } else { next + ms(gap) };
            sleep_until(next).await;
            due.push((next - began).as_millis() as u64);
            sender.send((item, work)).await.expect("workers are there");
            accepted.push(now());
        }
        (due, accepted)
    });

    let receiver = Arc::new(Mutex::new(receiver));
    let mut workers = JoinSet::new();
    for _ in 0..setting.workers {
        let (receiver, out) = (Arc::clone(&receiver), out.clone());
        workers.spawn(async move {
            let mut worked = Vec::new();
            loop {
                let next = receiver.lock().await.recv().await;
                let Some((item, work)) = next else { break worked };
                let begun = now();
                sleep(ms(work)).await;
                let done = now();
                out.send(item).await.expect("the consumer is there");
                worked.push(Worked { item, begun, done, passed: now() });
            }
        });
    }
    drop(out);

    let (mut taken, mut finished) = (Vec::new(), Vec::new());
    while results.recv().await.is_some() {
        taken.push(now());
        sleep(ms(setting.consume)).await;
        finished.push(now());
    }
    let (due, accepted) = source.await.expect("no panic");
    let mut worked = workers.join_all().await.concat();
    worked.sort_by_key(|worked| worked.item);
    Times { due, accepted, worked, taken, finished }
}
// ANCHOR_END: pipeline

fn run_with(setting: Setting, items: usize, seed: u64) -> Times {
    let mut chance = Chance::new(seed as u32);
    let draws = |_| (chance.around(setting.every, setting.spread), chance.around(setting.work, setting.spread).max(1));
    let (gaps, work) = (0..items).map(draws).unzip();
    virtual_time::block_on(&Options { seed }, pipeline(setting, gaps, work))
}

/// How many are inside at most, at the end of an instant.
fn deepest(mut entered: Vec<u64>, mut left: Vec<u64>) -> usize {
    entered.sort_unstable();
    left.sort_unstable();
    let inside = |&time| {
        let until = |times: &[u64]| times.partition_point(|&at| at <= time);
        until(&entered) - until(&left)
    };
    entered.iter().map(inside).max().unwrap_or(0)
}

/// A quotient in tenths, rounded.
fn tenths(numerator: u64, denominator: u64) -> String {
    let tenths = (20 * numerator + denominator) / (2 * denominator);
    format!("{}.{}", tenths / 10, tenths % 10)
}

struct Findings {
    last: u64,
    per_second: String,
    /// Per cent of the workers' time: at work, and with a result for which there is no room.
    busy: u64,
    held: u64,
    /// The greatest number: due and not accepted, in the first channel, in the second.
    outside: usize,
    queue: usize,
    out: usize,
    /// From due to consumed.
    mean: String,
    p99: u64,
    /// Of all times of all items.
    sum: u32,
}

impl Times {
    fn findings(&self, setting: Setting) -> Findings {
        let items = self.due.len() as u64;
        let last = *self.finished.last().expect("at least one item");
        let total = |each: fn(&Worked) -> u64| self.worked.iter().map(each).sum::<u64>();
        let share = |sum: u64| (200 * sum + setting.workers as u64 * last) / (2 * setting.workers as u64 * last);
        let each = |each: fn(&Worked) -> u64| self.worked.iter().map(each).collect::<Vec<_>>();

        // The second channel keeps the order in which items were done. What was done in the same millisecond has no
        // order; here it is the items' own.
        let mut order = self.worked.clone();
        order.sort_by_key(|worked| (worked.done, worked.item));
        let mut passed = each(|worked| worked.passed);
        passed.sort_unstable();
        let mut latencies: Vec<_> =
            order.iter().zip(&self.finished).map(|(worked, finished)| finished - self.due[worked.item]).collect();
        latencies.sort_unstable();

        // FNV-1a, a number at a time.
        let parts =
            [&self.due, &self.accepted, &each(|w| w.begun), &each(|w| w.done), &passed, &self.taken, &self.finished];
        let fold = |sum: u32, time: &u64| (sum ^ *time as u32).wrapping_mul(16_777_619);
        Findings {
            last,
            per_second: tenths(1000 * items, last),
            busy: share(total(|worked| worked.done - worked.begun)),
            held: share(total(|worked| worked.passed - worked.done)),
            outside: deepest(self.due.clone(), self.accepted.clone()),
            queue: deepest(self.accepted.clone(), each(|worked| worked.begun)),
            out: deepest(passed.clone(), self.taken.clone()),
            mean: tenths(latencies.iter().sum(), items),
            p99: latencies[(99 * latencies.len()).div_ceil(100) - 1],
            sum: parts.into_iter().flatten().fold(2_166_136_261, fold),
        }
    }
}

fn table(settings: &[Setting], items: usize, options: &Options, sums: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{items} items; a setting is: ms from arrival to arrival / workers / ms of work /")?;
    writeln!(out, "spread in % / room in each queue / ms of the consumer\n")?;
    let mut head = vec!["setting", "last", "rate", "busy", "held", "due", "in", "out", "mean", "p99"];
    if sums {
        head.push("sum");
    }
    let rows: Vec<Vec<String>> = settings
        .iter()
        .map(|&setting| {
            let found = run_with(setting, items, options.seed).findings(setting);
            let mut row = vec![setting.to_string(), found.last.to_string(), found.per_second];
            row.extend([found.busy, found.held].map(|share| format!("{share}%")));
            row.extend([found.outside, found.queue, found.out].map(|depth| depth.to_string()));
            row.extend([found.mean, found.p99.to_string()]);
            row.extend(sums.then(|| format!("{:08x}", found.sum)));
            row
        })
        .collect();
    print::table(out, &head, &rows)
}

const fn setting([every, work, spread, consume]: [u32; 4], [workers, room]: [usize; 2]) -> Setting {
    Setting { every, workers, work, spread, room, consume }
}

/// The settings that the page proposes.
const PROPOSED: &[Setting] = &[
    setting([6, 40, 50, 2], [8, 16]),
    // Where is the bottleneck?
    setting([6, 40, 50, 8], [8, 16]),
    setting([6, 40, 50, 8], [16, 16]),
    setting([6, 40, 50, 4], [8, 16]),
    // What does a larger buffer change?
    setting([6, 40, 50, 8], [8, 1]),
    setting([6, 40, 50, 8], [8, 64]),
    setting([6, 40, 50, 2], [8, 1]),
    setting([6, 40, 50, 2], [8, 64]),
    // What becomes of the latency?
    setting([10, 40, 100, 1], [8, 16]),
    setting([7, 40, 100, 1], [8, 16]),
    setting([6, 40, 100, 1], [8, 16]),
    setting([5, 38, 100, 1], [8, 16]),
    setting([5, 38, 0, 1], [8, 16]),
    // As fast as it goes: the consumer has time to spare, and then none.
    setting([0, 40, 100, 1], [8, 1]),
    setting([0, 40, 100, 1], [8, 16]),
    setting([0, 40, 100, 1], [8, 64]),
    setting([0, 40, 100, 5], [8, 1]),
    setting([0, 40, 100, 5], [8, 16]),
    setting([0, 40, 100, 5], [8, 64]),
    setting([0, 40, 0, 5], [8, 1]),
];

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    table(PROPOSED, ITEMS, options, false, out)
}

const ITEMS: usize = 2000;

/// Settings far from each other.
pub(crate) fn grid(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut settings = Vec::new();
    for every in [0, 5] {
        for workers in [1, 3, 8] {
            for (work, spread) in [(1, 0), (17, 40), (38, 100)] {
                for (room, consume) in [(1, 0), (1, 6), (5, 3), (30, 4)] {
                    settings.push(Setting { every, workers, work, spread, room, consume });
                }
            }
        }
    }
    table(&settings, 150, options, true, out)
}
