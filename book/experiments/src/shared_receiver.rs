//! A thousand items and eight workers: what it costs to share one receiver behind a lock, and what it costs not to
//! share it.
//!
//! Clock: virtual. The seed draws the times of the uneven items.

use crate::{Options, print, virtual_time};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

const ITEMS: usize = 1000;
const WORKERS: usize = 8;

/// An item is the time that it takes.
type Item = Duration;

// ANCHOR: across
async fn locks_across_the_work(receiver: Arc<Mutex<mpsc::Receiver<Item>>>) {
    while let Some(item) = receiver.lock().await.recv().await {
        sleep(item).await; // The guard lives to the end of the body.
    }
}
// ANCHOR_END: across

// ANCHOR: recv
async fn locks_to_receive(receiver: Arc<Mutex<mpsc::Receiver<Item>>>) {
    loop {
        let item = receiver.lock().await.recv().await; // The guard ends here.
        let Some(item) = item else { break };
        sleep(item).await;
    }
}
// ANCHOR_END: recv

async fn shared<F>(items: Vec<Item>, worker: impl Fn(Arc<Mutex<mpsc::Receiver<Item>>>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(WORKERS);
    let receiver = Arc::new(Mutex::new(receiver));
    let mut workers: JoinSet<()> = (0..WORKERS).map(|_| worker(Arc::clone(&receiver))).collect();
    for item in items {
        sender.send(item).await.expect("workers are there");
    }
    drop(sender);
    while workers.join_next().await.is_some() {}
}

/// A channel for each worker, in turn.
async fn round_robin(items: Vec<Item>, room: usize) {
    let mut workers = JoinSet::new();
    let senders: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (sender, mut receiver) = mpsc::channel(room);
            workers.spawn(async move {
                while let Some(item) = receiver.recv().await {
                    sleep(item).await;
                }
            });
            sender
        })
        .collect();
    for (number, item) in items.into_iter().enumerate() {
        senders[number % WORKERS].send(item).await.expect("workers are there");
    }
    drop(senders);
    while workers.join_next().await.is_some() {}
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut random = StdRng::seed_from_u64(options.seed);
    let even = vec![Duration::from_millis(1); ITEMS];
    // One in fifty is slow.
    let uneven: Vec<_> =
        (0..ITEMS).map(|_| Duration::from_millis(if random.random_range(0..50) == 0 { 50 } else { 1 })).collect();
    let least = |items: &[Item]| items.iter().sum::<Duration>().div_f64(WORKERS as f64);
    let took = |design: &dyn Fn(Vec<Item>) -> std::pin::Pin<Box<dyn Future<Output = ()>>>, items: &[Item]| {
        virtual_time::block_on(options, async {
            let began = Instant::now();
            design(items.to_vec()).await;
            began.elapsed().as_millis().to_string()
        })
    };
    let row = |name: &str, design: &dyn Fn(Vec<Item>) -> std::pin::Pin<Box<dyn Future<Output = ()>>>| {
        vec![name.to_owned(), took(design, &even), took(design, &uneven)]
    };
    let rows = [
        row("one receiver, locked across the work", &|items| Box::pin(shared(items, locks_across_the_work))),
        row("one receiver, locked to receive", &|items| Box::pin(shared(items, locks_to_receive))),
        row("a channel each, room for 8, in turn", &|items| Box::pin(round_robin(items, 8))),
        row("a channel each, room for 1, in turn", &|items| Box::pin(round_robin(items, 1))),
        vec![
            "all eight always busy".to_owned(),
            format!("{:.0}", least(&even).as_secs_f64() * 1e3),
            format!("{:.0}", least(&uneven).as_secs_f64() * 1e3),
        ],
    ];
    writeln!(out, "1000 items, eight workers: when the last one is done, in ms")?;
    print::table(out, &["", "all 1 ms", "1 in 50 takes 50 ms"], &rows)
}
