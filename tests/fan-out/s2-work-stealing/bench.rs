//! Work stealing against channels, by the work on an item.

use measure::{Bench, Scale};
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};
use task::run;
use tokio_util::sync::CancellationToken;

/// As many as a channel's workers usually have room for.
const CAPACITY: usize = 1024;

/// Items that are sent at once.
const BATCH: usize = 64;

/// Measures.
pub fn main() {
    let mut bench = Bench::start();
    let workers = bench.cores().clamp(2, 8);
    let scale = if bench.full() { 10 } else { 1 };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for (title, skewed) in
        [("Equal shares", false), ("A tenth of the items is ten times the work, all in one share", true)]
    {
        let mut comparison = bench.table(&format!("{title}, {workers} workers")).column("throughput", "items/s");
        for (micros, items) in [(0.0, 100_000), (1.0, 50_000), (10.0, 10_000)] {
            let shares = Shares { workers, items: items * scale, micros, skewed };
            let runtime = &runtime;
            comparison = comparison
                .point("shared channel", micros, move || shares.rate(|| shared_channel(shares)))
                .point("channel each", micros, move || shares.rate(|| channel_each(shares)))
                .point("channel each, batches", micros, move || shares.rate(|| channel_each_in_batches(shares)))
                .point("work stealing", micros, move || shares.rate(|| stealing(runtime, shares)));
        }
        comparison
            .over("work on an item, µs", Scale::Linear)
            .against("shared channel")
            .within(Duration::from_secs(9))
            .measure();
    }
    bench.note("The channels have 1024 places in all, and a batch is 64 items. Equal work is the best case for a channel each.");
}

/// What there is to do. An item is the time that it takes.
#[derive(Clone, Copy)]
struct Shares {
    workers: usize,
    items: usize,
    micros: f64,
    skewed: bool,
}

impl Shares {
    fn item(self, number: usize) -> Duration {
        let long = self.skewed && number.is_multiple_of(10);
        Duration::from_nanos((self.micros * 1e3) as u64 * if long { 10 } else { 1 })
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

fn work(item: Duration) {
    if item.is_zero() {
        black_box(item);
        return;
    }
    let began = Instant::now();
    while began.elapsed() < item {
        std::hint::spin_loop();
    }
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
                let (sender, receiver) =
                    crossbeam_channel::bounded::<Vec<Duration>>(CAPACITY / shares.workers / BATCH + 1);
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

fn stealing(runtime: &tokio::runtime::Runtime, shares: Shares) {
    let mut deques = vec![Vec::new(); shares.workers];
    for number in 0..shares.items {
        deques[shares.owner(number)].push(shares.item(number));
    }
    let report = runtime.block_on(run(deques, |item, _| work(item), CancellationToken::new()));
    assert_eq!(report.done, shares.items as u64);
}
