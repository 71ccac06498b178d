//! Threads that take from each other: what is done once, who does it, and when it is over.

use harness::{Usage, check, criterion, ms, ready};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};
use task::{Local, Report};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use workbook::PlannedPanic;

/// In most tests.
const WORKERS: usize = 4;

/// Nothing here takes as long as this.
const PATIENCE: Duration = Duration::from_secs(3);

/// Waits in a thread, for work that computes may.
fn until(condition: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while !condition() {
        if began.elapsed() > PATIENCE {
            return false;
        }
        thread::park_timeout(ms(1));
    }
    true
}

/// Waits in a task.
async fn eventually(condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() && began.elapsed() < PATIENCE {
        tokio::time::sleep(ms(1)).await;
    }
}

/// What was worked on.
#[derive(Default)]
struct Log {
    begun: Mutex<Vec<(u64, ThreadId)>>,
    now: AtomicU64,
    most: AtomicU64,
}

impl Log {
    fn begin(self: &Arc<Log>, item: u64) -> AtWork {
        let now = self.now.fetch_add(1, Relaxed) + 1;
        self.most.fetch_max(now, Relaxed);
        self.begun().push((item, thread::current().id()));
        AtWork(self.clone())
    }

    fn begun(&self) -> MutexGuard<'_, Vec<(u64, ThreadId)>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The items that were begun, ascending.
    fn items(&self) -> Vec<u64> {
        let mut items: Vec<u64> = self.begun().iter().map(|(item, _)| *item).collect();
        items.sort_unstable();
        items
    }

    fn count(&self) -> u64 {
        self.begun().len() as u64
    }

    fn has(&self, items: &[u64]) -> bool {
        let begun = self.begun();
        items.iter().all(|item| begun.iter().any(|(seen, _)| seen == item))
    }
}

/// An item is at work until this is dropped.
struct AtWork(Arc<Log>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Relaxed);
    }
}

/// Items that meet: each waits until so many are at work at once, time after time.
struct Meeting {
    size: u64,
    arrived: AtomicU64,
    failed: AtomicBool,
}

impl Meeting {
    fn of(size: u64) -> Arc<Meeting> {
        Arc::new(Meeting { size, arrived: AtomicU64::new(0), failed: AtomicBool::new(false) })
    }

    /// Whoever waits in vain ends the meeting for all.
    fn meet(&self) {
        let place = self.arrived.fetch_add(1, Relaxed);
        let complete = (place / self.size + 1) * self.size;
        if !until(|| self.arrived.load(Relaxed) >= complete || self.failed.load(Relaxed)) {
            self.failed.store(true, Relaxed);
        }
    }

    fn failed(&self) -> bool {
        self.failed.load(Relaxed)
    }
}

/// The items of each share: the share's number times 1000, and a number from 0.
fn shares(sizes: &[u64]) -> Vec<Vec<u64>> {
    sizes.iter().zip(0..).map(|(size, share)| (0..*size).map(|item| share * 1000 + item).collect()).collect()
}

fn all(shares: &[Vec<u64>]) -> Vec<u64> {
    shares.iter().flatten().copied().collect()
}

type Work = Box<dyn Fn(u64, &Local<u64>) + Send + Sync>;

/// `task::run` with one type of work for all tests: it is compiled once.
fn run(
    shares: Vec<Vec<u64>>,
    work: impl Fn(u64, &Local<u64>) + Send + Sync + 'static,
    token: CancellationToken,
) -> impl Future<Output = Report<u64>> + Send {
    let work: Work = Box::new(work);
    task::run(shares, work, token)
}

/// Runs to the end, which has to come.
async fn finish(shares: Vec<Vec<u64>>, work: impl Fn(u64, &Local<u64>) + Send + Sync + 'static) -> Report<u64> {
    const ASLEEP: &str = "a worker that parked when all was done, or as the last one, and nobody wakes it; or one that waits for an \
                          item that is lost";
    const NOBODY: &str = "whoever ends the last item tells the others, and without an item nobody does; or without a share nobody is \
                          there to";
    let empty = shares.iter().all(Vec::is_empty);
    let ended = timeout(2 * PATIENCE, run(shares, work, CancellationToken::new())).await;
    let when = if empty { "it began without an item" } else { "nothing is left to do" };
    check::that(ended.is_ok(), format!("the run does not end, though {when}")).usually(if empty {
        NOBODY
    } else {
        ASLEEP
    });
    ended.unwrap_or(Report { done: 0, panicked: 0, left: Vec::new() })
}

/// Each of the items is among these, which are ascending, once. How many are not, and which, is up to the machine.
fn each_once(seen: &[u64], expected: &[u64], how: &str, cause: &str) {
    let twice = seen.windows(2).any(|pair| pair[0] == pair[1]);
    check::that(!twice, format!("an item was {how} twice")).usually("an item that is taken by two");
    let lost = expected.iter().any(|item| seen.binary_search(item).is_err());
    check::that(!lost, format!("items are lost: never {how}")).usually(cause);
    check::items(seen, expected).usually("an item that nobody gave");
}

/// Every item was begun once, and the report says so.
fn complete(log: &Log, report: &Report<u64>, expected: &[u64], cause: &str) {
    each_once(&log.items(), expected, "worked on", cause);
    check::equal("items done, as the report says", report.done, expected.len() as u64)
        .usually("not every worker's count is added");
    check::equal("items left, as the report says", report.left.len(), 0)
        .usually("items are reported as left that were done");
}

/// Of shares of 990, 0, 300 and 1 items, every item is worked on once. Then the run ends, and no thread is left.
#[criterion(clock = "real")]
async fn every_item_once() {
    let log = Arc::new(Log::default());
    let shares = shares(&[990, 0, 300, 1]);
    let expected = all(&shares);
    let seen = log.clone();
    let work = move |item, _: &Local<u64>| {
        let _at_work = seen.begin(item);
        until(|| seen.count() >= WORKERS as u64); // Each worker has one before anybody goes on: one of them has stolen it.
    };
    let report = finish(shares, work).await;
    complete(&log, &report, &expected, "an item that is dropped with a stolen batch or a deque");
    check::equal("panics, as the report says", report.panicked, 0).usually("a worker that ends is counted as a panic");
}

/// As long as a worker has items of its own, it takes none of a sibling's: of four shares with ten items each, worked on
/// in step, each share's items all run on one thread, and on the worker with the share's number.
#[criterion(clock = "real", deadline = 20)]
async fn own_items_first() {
    let (log, meeting) = (Arc::new(Log::default()), Meeting::of(WORKERS as u64));
    let (seen, met) = (log.clone(), meeting.clone());
    let workers = Arc::new(Mutex::new(BTreeMap::new()));
    let numbers = workers.clone();
    finish(shares(&[10; WORKERS]), move |item, local| {
        let _at_work = seen.begin(item);
        numbers.lock().unwrap_or_else(PoisonError::into_inner).insert(item, local.worker() as u64);
        met.meet();
    })
    .await;
    let mut threads: BTreeMap<u64, Vec<ThreadId>> = BTreeMap::new();
    for (item, thread) in log.begun().iter() {
        let threads = threads.entry(item / 1000).or_default();
        if !threads.contains(thread) {
            threads.push(*thread);
        }
    }
    let most = threads.values().map(Vec::len).max().unwrap_or_default();
    check::that(most == 1, "the items of one share ran on more than one thread, though each worker had its own")
        .usually("one queue for all, or workers that look at their siblings' deques before their own");
    check::that(!meeting.failed(), "four items, of four shares, were never at work at once")
        .usually("fewer threads than shares, or a lock that is held while an item is at work");
    let workers = workers.lock().unwrap_or_else(PoisonError::into_inner);
    let other = workers.iter().map(|(item, worker)| (item / 1000, *worker)).find(|(share, worker)| share != worker);
    let (share, worker) = other.unwrap_or_default();
    check::that(other.is_none(), format!("the items of share {share} ran on the worker with the number {worker}"))
        .usually("workers that are numbered as they start, or as they are taken from a list's end");
}

/// When all 64 items are in one share of four, four are at work at once, time after time, and never more: idle workers
/// steal. None is on the thread that drives the runtime.
#[criterion(clock = "real", deadline = 20)]
async fn idle_workers_steal() {
    let (log, meeting) = (Arc::new(Log::default()), Meeting::of(WORKERS as u64));
    let (seen, met) = (log.clone(), meeting.clone());
    let shares = shares(&[64, 0, 0, 0]);
    let expected = all(&shares);
    let alone = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let work = move |item, _: &Local<u64>| {
            let _at_work = seen.begin(item);
            met.meet();
        };
        (runtime.block_on(finish(shares, work)), thread::current().id())
    });
    let (report, driver) = match alone.await {
        Ok(ended) => ended,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    let here = log.begun().iter().filter(|(_, thread)| *thread == driver).count();
    check::that(here == 0, format!("{here} of 64 items were worked on by the thread that drives the runtime"))
        .usually("workers that are tasks: what computes in a task holds up all the others of its thread");
    check::at_most("items at work at once", log.most.load(Relaxed), WORKERS as u64).usually("a thread for each item");
    check::that(!meeting.failed(), "four of the 64 items of one share were not at work at once, time after time")
        .usually(
            "a worker whose deque is empty ends or sleeps without a look at its siblings', keeps what it has stolen where no \
             third can steal it, or a lock is held while an item is at work",
        );
    complete(&log, &report, &expected, "an item that is dropped with a stolen batch or a deque");
}

/// What an item pushes is worked on too. Two items of one worker, of which one is stolen while the other is at work, push one
/// each: all four are done, two at a time. And of a tree of 4095 items that begins with one, each is done once.
#[criterion(clock = "real", deadline = 20)]
async fn what_is_pushed_is_done() {
    const LOST: &str = "whoever has finished an item takes it off its deque only then, and by that time another lies in its place; \
                        or a pushed item that a thief takes and drops";
    // Who is quicker is chance: fifty times shows both.
    for _ in 0..50 {
        let (log, meeting) = (Arc::new(Log::default()), Meeting::of(2));
        let (seen, met) = (log.clone(), meeting.clone());
        let report = finish(vec![vec![1, 2], vec![]], move |item, local| {
            let _at_work = seen.begin(item);
            met.meet();
            if item < 10 {
                local.push(item + 10);
            }
        })
        .await;
        complete(&log, &report, &[1, 2, 11, 12], LOST);
        check::that(
            !meeting.failed(),
            "the two items of one worker were never at work at once, or those that they pushed were not",
        )
        .usually("an idle worker does not steal, or has ended before there was something to steal");
    }

    let log = Arc::new(Log::default());
    let seen = log.clone();
    let report = finish(vec![vec![], vec![], vec![1], vec![]], move |item, local| {
        drop(seen.begin(item));
        if item < 2048 {
            local.push(2 * item);
            local.push(2 * item + 1);
        }
    })
    .await;
    complete(&log, &report, &(1..4096).collect::<Vec<_>>(), LOST);
}

/// Idle workers wait for a sibling that is at work: while one item is, whatever it pushes is begun by the three others,
/// again and again, after pauses in which there is nothing to do.
#[criterion(clock = "real", deadline = 30)]
async fn idle_workers_wait_for_a_sibling() {
    let (log, failed) = (Arc::new(Log::default()), Arc::new(AtomicBool::new(false)));
    let (seen, failure) = (log.clone(), failed.clone());
    let report = finish(vec![vec![0], vec![], vec![], vec![]], move |item, local| {
        let _at_work = seen.begin(item);
        if item > 0 {
            return;
        }
        for wave in 1..=3 {
            thread::park_timeout(ms(50)); // The others run out of work, and should park.
            let pushed = [wave * 10, wave * 10 + 1, wave * 10 + 2];
            pushed.iter().for_each(|item| local.push(*item));
            if !until(|| seen.has(&pushed)) {
                return failure.store(true, Relaxed);
            }
        }
    })
    .await;
    check::that(!failed.load(Relaxed), "what one item pushed was not begun by idle workers while it was at work")
    .usually(
        "a worker ends when it finds every deque empty, though a sibling at work may still push; one that parked is not woken \
         by a push; or nobody steals",
    );
    complete(
        &log,
        &report,
        &[0, 10, 11, 12, 20, 21, 22, 30, 31, 32],
        "an item that is pushed while others steal is lost",
    );
}

/// Idle workers are parked: while one item is at work and there is nothing else, everything together uses at most 50 ms of
/// processor time in 400 ms, is not ready for more all the while, and waits at most 100 times.
#[criterion(clock = "real")]
async fn idle_workers_are_parked() {
    let (begun, held) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
    let (started, holds) = (begun.clone(), held.clone());
    let running = tokio::spawn(finish(vec![vec![0], vec![], vec![], vec![]], move |_, _| {
        started.store(true, Relaxed);
        while holds.load(Relaxed) {
            thread::park_timeout(ms(200));
        }
    }));
    eventually(|| begun.load(Relaxed)).await;
    tokio::time::sleep(ms(100)).await;
    let (began, usage, been) = (Instant::now(), Usage::now(), ready());
    tokio::time::sleep(ms(400)).await;
    let (used, been, time) = (usage.elapsed(), ready().saturating_sub(been), began.elapsed());
    held.store(false, Relaxed);
    // Beside others, three that look again and again get little of a processor, and are ready three times as long as
    // the clock runs.
    check::that(
        used.processor <= ms(50) && been <= time * 3 / 2,
        "idle workers and one that waits used more than 50 ms of processor time in 400 ms, or were ready to all the while",
    )
    .usually(
        "idle workers look at their siblings' deques again and again: yielding and spinning keep a processor busy too",
    );
    check::that(used.waits <= 100, "idle workers and one that waits went to wait more than 100 times in 400 ms")
        .usually("idle workers sleep for a moment and look again; one that is parked is woken by whoever pushes");
    let report = running.await.unwrap_or(Report { done: 0, panicked: 0, left: Vec::new() });
    check::equal("items done", report.done, 1).usually("the item that was at work is not counted");
}

/// After a cancel, a worker begins at most one more item. The run ends when those at work are done; what was not begun is
/// given back, and nothing is lost or done that was given back. Idle workers end too.
#[criterion(clock = "real", deadline = 20)]
async fn a_cancel_gives_back_what_was_not_begun() {
    const HELD: u64 = WORKERS as u64;
    let (log, open, token) = (Arc::new(Log::default()), Arc::new(AtomicBool::new(false)), CancellationToken::new());
    let (seen, opened) = (log.clone(), open.clone());
    let shares = shares(&[100; WORKERS]);
    let expected = all(&shares);
    let work = move |item, _: &Local<u64>| {
        let _at_work = seen.begin(item);
        until(|| opened.load(Relaxed));
    };
    let running = tokio::spawn(timeout(2 * PATIENCE, run(shares, work, token.clone())));
    eventually(|| log.count() >= HELD).await;
    token.cancel();
    tokio::time::sleep(ms(100)).await;
    let before = log.count();
    open.store(true, Relaxed);
    let report = match running.await {
        Ok(Ok(report)) => report,
        Ok(Err(_)) => Report { done: u64::MAX, panicked: 0, left: Vec::new() },
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    check::that(report.done < u64::MAX, "the run does not end after a cancel")
        .usually("workers that wait are not told");
    let begun = (log.count() - before).min(HELD + 1);
    check::at_most("items begun after the cancel, counted up to the fifth", begun, HELD)
        .usually("the token is looked at when a worker has nothing to do, and not before each item");
    let mut accounted: Vec<u64> = report.left.iter().copied().chain(log.items()).collect();
    accounted.sort_unstable();
    each_once(&accounted, &expected, "worked on or given back", "what lies in a deque when its worker ends is dropped");
    check::equal("items done, as the report says", report.done, log.count())
        .usually("the items at work at the cancel are not counted");

    let (begun, open, token) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)), CancellationToken::new());
    let (started, opened) = (begun.clone(), open.clone());
    let work = move |_, _: &Local<u64>| {
        started.store(true, Relaxed);
        until(|| opened.load(Relaxed));
    };
    let running = tokio::spawn(timeout(2 * PATIENCE, run(vec![vec![0], vec![], vec![]], work, token.clone())));
    eventually(|| begun.load(Relaxed)).await;
    token.cancel();
    tokio::time::sleep(ms(20)).await;
    open.store(true, Relaxed);
    let ended = matches!(running.await, Ok(Ok(_)));
    check::that(ended, "the run does not end after a cancel while workers are idle")
        .usually("workers that wait are not told");
}

/// When the run is dropped, a worker begins at most one more item, and no thread is left.
#[criterion(clock = "real", deadline = 20)]
async fn a_dropped_run_stops() {
    let log = Arc::new(Log::default());
    let seen = log.clone();
    let work = move |item, _: &Local<u64>| {
        let _at_work = seen.begin(item);
        thread::park_timeout(ms(2));
    };
    tokio::select! {
        _ = run(shares(&[900; WORKERS]), work, CancellationToken::new()) => {}
        () = eventually(|| log.count() >= 20) => {}
    }
    let before = log.count();
    tokio::time::sleep(ms(100)).await;
    let begun = (log.count() - before).min(WORKERS as u64 + 1);
    check::at_most("items begun after the run was dropped, counted up to the fifth", begun, WORKERS as u64).usually(
        "nobody tells the threads (a dropped future runs no further line, but what it owns is dropped with it), or they look only \
         when they have nothing to do");
}

/// A panic costs its item alone: of 100 items ten panic and are counted, and the other 90 are done. So are the four items that
/// some of the ten had pushed before.
#[criterion(clock = "real", deadline = 20)]
async fn a_panic_costs_its_item() {
    let log = Arc::new(Log::default());
    let seen = log.clone();
    let shares = shares(&[25; WORKERS]);
    let mut expected = all(&shares);
    expected.extend((0..WORKERS as u64).map(|share| share * 1000 + 505));
    expected.sort_unstable();
    let report = finish(shares, move |item, local| {
        let _at_work = seen.begin(item);
        match item % 1000 {
            5 => {
                local.push(item + 500);
                std::panic::panic_any(PlannedPanic(item));
            }
            15 => std::panic::panic_any(PlannedPanic(item)),
            10 if item < 2000 => std::panic::panic_any(PlannedPanic(item)),
            _ => {}
        }
    })
    .await;
    each_once(
        &log.items(),
        &expected,
        "worked on",
        "a panic ends its worker, and with it go the items of its deque; or what an item has pushed is kept until its end",
    );
    check::equal("panics, as the report says", report.panicked, 10).usually("the panic of an item is not counted");
    check::equal("items done, as the report says", report.done, 94).usually("an item that panicked is counted as done");
}

/// Without an item it ends at once, with shares or without; and one worker alone does everything.
#[criterion(clock = "real", deadline = 20)]
async fn nothing_to_do_is_an_end_too() {
    for none in [vec![], vec![vec![]], vec![vec![]; WORKERS]] {
        let workers = none.len();
        let report = finish(none, |_, _| {}).await;
        check::equal(
            &format!("the report of {workers} shares without items"),
            report,
            Report { done: 0, panicked: 0, left: vec![] },
        )
        .usually("something else than the items is counted or given back");
    }
    let log = Arc::new(Log::default());
    let seen = log.clone();
    let shares = shares(&[100]);
    let expected = all(&shares);
    let numbers = Arc::new(AtomicU64::new(0));
    let number = numbers.clone();
    let report = finish(shares, move |item, local| {
        drop(seen.begin(item));
        number.fetch_max(local.worker() as u64, Relaxed);
    })
    .await;
    check::equal("the number of the only worker", numbers.load(Relaxed), 0)
        .usually("workers are numbered from 0, as their shares are");
    complete(&log, &report, &expected, "an item that is dropped with a batch or a deque");
}
