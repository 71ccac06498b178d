//! Work stealing against channels, by the work on an item.

use measure::Bench;
use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use task::run;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// As many as a channel's workers usually have room for.
const CAPACITY: usize = 1024;

/// Items that are sent at once.
const BATCH: usize = 64;

/// Measures.
pub(crate) fn main() {
    let mut bench = Bench::start();
    let workers = bench.cores().clamp(2, 8);
    let scale = if bench.full() { 10 } else { 1 };
    let steps = steps_in_a_microsecond();
    let local = Builder::new_current_thread().build().expect("a runtime");
    let tasks = Builder::new_multi_thread().worker_threads(workers).build().expect("a runtime");
    let (local, tasks) = (&local, &tasks);
    for (title, micros, items, skewed) in [
        ("No work", 0.0, 100_000, false),
        ("1 µs of work on an item", 1.0, 50_000, false),
        ("10 µs of work on an item", 10.0, 10_000, false),
        ("1 µs, and ten times as much for every tenth, all of these in one share", 1.0, 20_000, true),
    ] {
        let shares = Shares { workers, items: items * scale, steps: (micros * steps) as u64, skewed };
        bench
            .table(&format!("{title}; {workers} workers"))
            .column("throughput", "items/s")
            .alternative("shared channel", move || shares.rate(|| shared_channel(shares)))
            .alternative("shared receiver, tasks", move || shares.rate(|| tasks.block_on(shared_receiver(shares))))
            .alternative("channel each", move || shares.rate(|| channel_each(shares)))
            .alternative("channel each, batches", move || shares.rate(|| channel_each_in_batches(shares)))
            .alternative("work stealing", move || shares.rate(|| stealing(local, shares)))
            .against("shared channel")
            .within(Duration::from_secs(4))
            .measure();
    }
    bench.note(
        "The channels have 1024 places in all, and a batch is 64 items. Whoever deals the items to channels is a thread \
         besides the workers; work stealing finds them in the shares.",
    );
}

/// What there is to do. An item is its work, in steps.
#[derive(Clone, Copy)]
struct Shares {
    workers: usize,
    items: usize,
    steps: u64,
    skewed: bool,
}

impl Shares {
    fn item(self, number: usize) -> u64 {
        let long = self.skewed && number.is_multiple_of(10);
        self.steps * if long { 10 } else { 1 }
    }

    /// Whose an item is, where it is somebody's.
    fn owner(self, number: usize) -> usize {
        if self.skewed && number.is_multiple_of(10) { 0 } else { number % self.workers }
    }

    fn rate(self, run: impl FnOnce()) -> f64 {
        let began = Instant::now();
        run();
        self.items as f64 / began.elapsed().as_secs_f64()
    }
}

/// Work that is counted, not timed: a thread that is kept from its processor does none.
fn work(steps: u64) {
    black_box((0..steps).fold(1_u64, |sum, step| black_box(sum.rotate_left(5) ^ step)));
}

fn steps_in_a_microsecond() -> f64 {
    const STEPS: u64 = 100_000;
    let took = (0..50).map(|_| {
        let began = Instant::now();
        work(STEPS);
        began.elapsed()
    });
    STEPS as f64 / (took.min().unwrap_or_default().as_secs_f64() * 1e6)
}

fn shared_channel(shares: Shares) {
    let (sender, receiver) = crossbeam_channel::bounded(CAPACITY);
    thread::scope(|scope| {
        for _ in 0..shares.workers {
            let receiver = receiver.clone();
            scope.spawn(move || receiver.iter().for_each(work));
        }
        drop(receiver);
        for number in 0..shares.items {
            sender.send(shares.item(number)).expect("the workers live as long as the sender");
        }
        drop(sender);
    });
}

async fn shared_receiver(shares: Shares) {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    let receiver = Arc::new(Mutex::new(receiver));
    let mut workers = JoinSet::new();
    for _ in 0..shares.workers {
        let receiver = receiver.clone();
        workers.spawn(async move {
            loop {
                let item = receiver.lock().await.recv().await;
                let Some(item) = item else { return };
                work(item);
            }
        });
    }
    for number in 0..shares.items {
        sender.send(shares.item(number)).await.expect("the workers live as long as the sender");
    }
    drop(sender);
    workers.join_all().await;
}

fn channel_each(shares: Shares) {
    thread::scope(|scope| {
        let senders: Vec<_> = (0..shares.workers)
            .map(|_| {
                let (sender, receiver) = crossbeam_channel::bounded(CAPACITY / shares.workers);
                scope.spawn(move || receiver.iter().for_each(work));
                sender
            })
            .collect();
        for number in 0..shares.items {
            senders[shares.owner(number)].send(shares.item(number)).expect("the workers live as long as the senders");
        }
    });
}

fn channel_each_in_batches(shares: Shares) {
    thread::scope(|scope| {
        let senders: Vec<_> = (0..shares.workers)
            .map(|_| {
                let (sender, receiver) = crossbeam_channel::bounded::<Vec<u64>>(CAPACITY / shares.workers / BATCH + 1);
                scope.spawn(move || receiver.iter().flatten().for_each(work));
                sender
            })
            .collect();
        let mut batches = vec![Vec::with_capacity(BATCH); shares.workers];
        for number in 0..shares.items {
            let owner = shares.owner(number);
            batches[owner].push(shares.item(number));
            if batches[owner].len() == BATCH {
                let batch = std::mem::replace(&mut batches[owner], Vec::with_capacity(BATCH));
                senders[owner].send(batch).expect("the workers live as long as the senders");
            }
        }
        for (sender, batch) in senders.iter().zip(batches) {
            sender.send(batch).expect("the workers live as long as the senders");
        }
    });
}

fn stealing(runtime: &Runtime, shares: Shares) {
    let mut deques = vec![Vec::new(); shares.workers];
    for number in 0..shares.items {
        deques[shares.owner(number)].push(shares.item(number));
    }
    let report = runtime.block_on(run(deques, |item, _| work(item), CancellationToken::new()));
    assert_eq!(report.done, shares.items as u64);
}
