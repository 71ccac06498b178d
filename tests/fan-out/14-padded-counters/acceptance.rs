//! Counters that many write and some read. What lies where is seen by address; what is lost, by the sums.

use futures::FutureExt;
use harness::{check, criterion, ms, pass};
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Barrier, mpsc};
use std::time::{Duration, Instant};
use task::{Counter, Counters, LINE, Padded, Plain, Totals, timed};
use tokio::time::timeout;
use workbook::Work;

/// Nanoseconds.
fn ns(nanoseconds: u64) -> Duration {
    Duration::from_nanos(nanoseconds)
}

/// The addresses of a worker's two cells.
fn cells<C: Counters>(counters: &C, worker: usize) -> [usize; 2] {
    counters.look(worker, |counter| {
        [std::ptr::from_ref(counter.items()).addr(), std::ptr::from_ref(counter.nanoseconds()).addr()]
    })
}

/// What a worker records is found with that worker and in the sum, items and time, to the nanosecond, and with no other
/// worker. Looking at a counter shows the atomics that were added to.
#[criterion]
async fn each_worker_counts_its_own() {
    own_counts::<Plain>("plain");
    own_counts::<Padded>("padded");
}

fn own_counts<C: Counters>(kind: &str) {
    const SHARED: &str = "one counter for all workers, or a worker's index that is not used";
    let counters = C::with_workers(8);
    check::equal(&format!("workers of the {kind} counters"), counters.workers(), 8)
        .usually("a length other than the number that was asked for");
    check::equal(&format!("the {kind} totals before anything is recorded"), counters.totals(), Totals::default())
        .usually("counters that do not begin at zero");
    for worker in 0..8u64 {
        for _ in 0..=worker {
            counters.record(worker as usize, ns(1 + 1_000_000_007 * worker));
        }
    }
    for worker in 0..8u64 {
        let (items, expected) = (worker + 1, ns((worker + 1) * (1 + 1_000_000_007 * worker)));
        let of = counters.of(worker as usize);
        check::equal(&format!("items of worker {worker}, {kind}"), of.items, items).usually(SHARED);
        check::equal(&format!("time of worker {worker}, {kind}"), of.time, expected)
            .usually("time that is rounded to micro- or milliseconds before it is added");
        check::equal(&format!("worker {worker}, {kind}, asked again"), counters.of(worker as usize), of).usually(
            "reading that takes what it reads: a counter set back to zero loses what a second reader asks for",
        );
        let seen = counters
            .look(worker as usize, |counter| [counter.items(), counter.nanoseconds()].map(|cell| cell.load(Relaxed)));
        check::equal(&format!("the cells of worker {worker}, {kind}"), seen, [items, expected.as_nanos() as u64])
            .usually("`look` shows a copy, or a counter that `record` does not add to");
    }
    let sum = (0..8u64).fold(Totals::default(), |sum, worker| Totals {
        items: sum.items + worker + 1,
        time: sum.time + ns((worker + 1) * (1 + 1_000_000_007 * worker)),
    });
    check::equal(&format!("the {kind} totals"), counters.totals(), sum).usually("a worker that is left out of the sum");
}

/// Four workers that record 100 000 items each from threads of their own lose none, and neither do two threads that
/// record 50 000 or more each for one worker. The time is exact as well.
#[criterion(clock = "real", deadline = 60)]
async fn totals_are_exact_under_contention() {
    contended::<Plain>("plain").await;
    contended::<Padded>("padded").await;
}

async fn contended<C: Counters>(kind: &str) {
    let counters = Arc::new(C::with_workers(4));
    record_from_threads(&counters, [0, 1, 2, 3], 100_000).await;
    for worker in 0..4 {
        check::equal(&format!("worker {worker} of four, {kind}"), counters.of(worker), counted(100_000))
            .usually("one counter for all workers, or adding that is not one atomic step");
    }
    let counters = Arc::new(C::with_workers(2));
    let recorded = record_together(&counters).await;
    // How many are lost is up to the machine.
    check::that(
        counters.of(1) == counted(recorded),
        format!("two threads record for one worker, and some items are not in its counts, {kind}"),
    )
    .usually("`store(load() + 1)`: what another thread adds between the two is lost; `fetch_add` is one step");
}

/// Two threads record for worker 1 until each has met the other's records often enough, whatever else this machine does.
/// Returns how many they recorded.
async fn record_together<C: Counters>(counters: &Arc<C>) -> u64 {
    const LEAST: u64 = 50_000;
    const MEETINGS: u64 = 20;
    const PATIENCE: Duration = Duration::from_secs(3);
    let counters = counters.clone();
    let threads = move || {
        let (start, began, met) = (Barrier::new(2), Instant::now(), [AtomicU64::new(0), AtomicU64::new(0)]);
        let enough = || met.iter().all(|met| met.load(Relaxed) >= MEETINGS);
        let record = |mine: &AtomicU64| {
            start.wait();
            let (mut recorded, mut last) = (0, 0);
            while recorded < LEAST || !enough() && (recorded % 1024 != 0 || began.elapsed() < PATIENCE) {
                counters.record(1, ns(3));
                recorded += 1;
                let now = counters.look(1, |counter| counter.items().load(Relaxed));
                if now != last + 1 {
                    mine.fetch_add(1, Relaxed);
                }
                last = now;
            }
            recorded
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(|| record(&met[1]));
            record(&met[0]) + other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    };
    done(tokio::task::spawn_blocking(threads).await)
}

/// What so many calls of `record_from_threads` come to.
fn counted(items: u64) -> Totals {
    Totals { items, time: ns(items * 3) }
}

/// A thread for each entry, all at once, records so many items of 3 ns for that worker.
async fn record_from_threads<C: Counters, const THREADS: usize>(
    counters: &Arc<C>,
    workers: [usize; THREADS],
    items: u64,
) {
    let counters = counters.clone();
    let threads = move || {
        let start = Barrier::new(THREADS);
        std::thread::scope(|scope| {
            for worker in workers {
                let (counters, start) = (&counters, &start);
                scope.spawn(move || {
                    start.wait();
                    (0..items).for_each(|_| counters.record(worker, ns(3)));
                });
            }
        });
    };
    done(tokio::task::spawn_blocking(threads).await);
}

/// What went on in threads, with a check that failed there.
fn done<T>(joined: Result<T, tokio::task::JoinError>) -> T {
    joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// While two workers record, a reader that asks again and again never sees the items or the time fall, and in the end all
/// are there.
#[criterion(clock = "real", deadline = 60)]
async fn totals_only_grow() {
    growing::<Plain>("plain").await;
    growing::<Padded>("padded").await;
}

async fn growing<C: Counters>(kind: &str) {
    let counters = Arc::new(C::with_workers(2));
    let (recorded, fallen) = record_beside_a_reader(&counters).await;
    // When they fall, and how far, is up to the machine.
    check::that(!fallen, format!("the {kind} totals have fallen while two workers record"))
        .usually("reading that takes what it reads, such as `swap(0)`; or writing that loses what another wrote");
    check::that(
        counters.totals() == counted(recorded),
        format!("the {kind} totals in the end are not what two workers have recorded"),
    )
    .usually("items or time that are not added, or a worker that is left out of the sum");
}

/// Two workers record 50 000 items or more each, and go on until a reader has seen the totals grow often enough, or fall,
/// whatever else this machine does. Returns how many they recorded, and whether the totals have fallen.
async fn record_beside_a_reader<C: Counters>(counters: &Arc<C>) -> (u64, bool) {
    const LEAST: u64 = 50_000;
    const GROWN: u64 = 1000;
    const PATIENCE: Duration = Duration::from_secs(3);
    let counters = counters.clone();
    let threads = move || {
        let (began, read) = (Instant::now(), AtomicBool::new(false));
        let record = |worker| {
            let mut recorded = 0;
            while recorded < LEAST || !read.load(Relaxed) && (recorded % 1024 != 0 || began.elapsed() < PATIENCE) {
                counters.record(worker, ns(3));
                recorded += 1;
            }
            recorded
        };
        std::thread::scope(|scope| {
            let record = &record;
            let workers = [0, 1].map(|worker| scope.spawn(move || record(worker)));
            let (mut last, mut grown, mut fallen) = (Totals::default(), 0, false);
            while !fallen && grown < GROWN && began.elapsed() < PATIENCE {
                let now = counters.totals();
                fallen = now.items < last.items || now.time < last.time;
                grown += u64::from(now.items > last.items);
                last = now;
            }
            read.store(true, Relaxed);
            let recorded = workers.map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            (recorded.iter().sum(), fallen)
        })
    };
    done(tokio::task::spawn_blocking(threads).await)
}

/// While somebody looks at worker 0's counter, others record for workers 0 and 1 and read the totals, all within 1 s.
#[criterion(clock = "real")]
async fn nobody_waits_for_a_reader() {
    unhindered::<Plain>("plain").await;
    unhindered::<Padded>("padded").await;
}

async fn unhindered<C: Counters>(kind: &str) {
    let counters = Arc::new(C::with_workers(2));
    let seen = tokio::task::spawn_blocking(move || {
        let (sender, receiver) = mpsc::sync_channel(1);
        std::thread::scope(|scope| {
            counters.look(0, |_| {
                let others = &counters;
                scope.spawn(move || {
                    others.record(1, ns(1));
                    others.record(0, ns(1));
                    let _ = sender.send(others.totals());
                });
                receiver.recv_timeout(Duration::from_secs(1)).ok()
            })
        })
    });
    let seen = done(seen.await);
    check::that(
        seen.is_some(),
        format!("while a worker's counter is looked at, others cannot record and read within 1 s, {kind}"),
    )
    .usually("a lock around the counters, which everybody who counts or looks must take");
    check::equal(
        &format!("what others recorded meanwhile, {kind}"),
        seen.unwrap_or_default(),
        Totals { items: 2, time: ns(2) },
    )
    .usually("what is recorded lies elsewhere until nobody looks any more");
}

/// Each padded counter begins at a multiple of 128, for any number of workers, and no two workers' atomics lie in the
/// same 128 bytes.
#[criterion]
async fn padded_counters_share_no_line() {
    check::equal("LINE", LINE, 128).usually("a constant of the brief that was changed");
    // Kept all together, so that they do not all get the same memory.
    let all: Vec<Padded> = (1..=48).map(Padded::with_workers).collect();
    for counters in &all {
        let mut owners: HashMap<usize, (usize, usize)> = HashMap::new();
        for worker in 0..counters.workers() {
            for cell in cells(counters, worker) {
                let (owner, its) = *owners.entry(cell / LINE).or_insert((worker, cell));
                if owner != worker {
                    let (how, cause) = shared(its, cell);
                    check::that(false, format!("two workers have {how}")).usually(cause);
                }
            }
        }
    }
    for counters in &all {
        for worker in 0..counters.workers() {
            let begins = counters.look(worker, |counter: &Counter| std::ptr::from_ref(counter).addr());
            check::that(begins % LINE == 0, format!("a counter does not begin at a multiple of {LINE}")).usually(
                "padding by fields: it makes a counter larger and does not align it, and rustc orders the fields; only `align` does",
            );
        }
    }
}

/// How the cells of two workers share a line, and what that comes from.
fn shared(one: usize, other: usize) -> (String, &'static str) {
    if one == other {
        ("the same atomics".to_owned(), "one counter for all workers, or a worker's index that is not used")
    } else if one / 64 == other / 64 {
        (
            format!("atomics in the same {LINE} bytes, even in the same 64"),
            "no padding: counters side by side, or padded by less than a line",
        )
    } else {
        (
            format!("atomics in the same {LINE} bytes, though not in the same 64"),
            "padding or alignment to 64 bytes: lines are fetched in pairs, and on some processors they have 128; or padding by fields, \
             which aligns nothing",
        )
    }
}

/// The atomics of 8 plain workers lie within 128 bytes.
#[criterion]
async fn plain_counters_lie_side_by_side() {
    let counters = Plain::with_workers(8);
    let cells: Vec<usize> = (0..8).flat_map(|worker| cells(&counters, worker)).collect();
    let distinct: std::collections::BTreeSet<usize> = cells.iter().copied().collect();
    check::equal("different atomics of 8 plain workers", distinct.len(), 16).usually("one counter for all workers");
    let first = cells.iter().min().copied().unwrap_or(0);
    let end = cells.iter().max().copied().unwrap_or(0) + 8;
    let span = end - first;
    check::that(span <= 128, "the atomics of 8 plain workers do not lie within 128 bytes")
        .usually("counters that are boxed one by one, or padded as well: then the benchmark compares nothing");
}

/// An item counts once, when it is done, with its time on Tokio's clock, and its value is returned. An item that is
/// dropped or panics does not count.
#[criterion]
async fn an_item_counts_when_it_is_done() {
    const CAUSE: &str = "the item is counted when it begins, or by a guard that also counts when it is dropped";
    let counters = Padded::with_workers(3);
    let work = Work::varying(|item| ms(item * 5)).panicking(|item| item == 7);
    let item = async |number: u64| {
        work.run(number).await;
        number * 2
    };
    check::equal("the value of an item", timed(&counters, 2, item(1)).await, 2)
        .usually("another value than the item's");
    check::equal("after an item of 5 ms", counters.of(2), Totals { items: 1, time: ms(5) }).usually(
        "`std::time::Instant`, which does not know the paused clock; or a time that is taken before the item is run",
    );
    timed(&counters, 2, item(2)).await;
    check::equal("after another one of 10 ms", counters.of(2), Totals { items: 2, time: ms(15) })
        .usually("the last time instead of the sum, or a counter that reading sets back to zero");

    let dropped = timeout(ms(20), timed(&counters, 2, item(100))).await;
    check::that(dropped.is_err(), "an item of 500 ms was done within 20").usually("the item is not awaited");
    check::equal("after an item was dropped", counters.of(2), Totals { items: 2, time: ms(15) }).usually(CAUSE);
    let panicked = AssertUnwindSafe(timed(&counters, 2, item(7))).catch_unwind().await;
    check::that(panicked.is_err(), "an item panicked, and a value came back")
        .usually("a panic that is caught on the way");
    check::equal("after an item panicked", counters.of(2), Totals { items: 2, time: ms(15) }).usually(CAUSE);
    pass(ms(1000)).await;
    check::equal("the totals", counters.totals(), Totals { items: 2, time: ms(15) })
        .usually("another worker's counter");
}
