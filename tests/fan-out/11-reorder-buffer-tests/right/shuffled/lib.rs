//! A random order from a fixed seed, spawned tasks that are joined by their handles, and a taker that is a task too.

mod model;

pub use model::model;

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{sleep, timeout};
use workbook::reorder::{Entry, Make, ReorderBuffer};

pub const NUMBERS: u64 = 100;

pub const WORKERS: usize = 10;

pub const BOUND: usize = 10;

pub async fn suite(make: Make) {
    let limit = Duration::from_secs(100);
    timeout(limit, many(make(BOUND))).await.expect("a hundred numbers are through");
    timeout(limit, few(make(BOUND))).await.expect("a few numbers are through");
}

/// xorshift64: the same numbers in each run.
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % (most + 1)
    }
}

async fn many(buffer: Arc<dyn ReorderBuffer>) {
    let (jobs, queue) = mpsc::channel(1);
    let queue = Arc::new(Mutex::new(queue));
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (buffer, queue) = (buffer.clone(), queue.clone());
            tokio::spawn(async move {
                loop {
                    let job = queue.lock().await.recv().await;
                    let Some((seq, time)) = job else { return };
                    sleep(Duration::from_millis(time)).await;
                    buffer.insert(Entry { seq, value: seq * seq }).await;
                }
            })
        })
        .collect();
    let takes = buffer.clone();
    let taker = tokio::spawn(async move {
        for seq in 0..NUMBERS {
            assert_eq!(takes.next().await, Some(Entry { seq, value: seq * seq }));
        }
        assert_eq!(takes.next().await, None);
        assert_eq!(takes.len(), 0);
    });
    let mut dice = Dice(11);
    for seq in 0..NUMBERS {
        let time = if dice.up_to(9) == 0 { 100 } else { dice.up_to(9) };
        jobs.send((seq, time)).await.expect("the workers wait for jobs");
    }
    drop(jobs);
    for worker in workers {
        worker.await.expect("a worker does not panic");
    }
    buffer.close();
    taker.await.expect("the taker sees what it should");
}

async fn few(buffer: Arc<dyn ReorderBuffer>) {
    let inserters: Vec<_> = (1..2 * BOUND as u64)
        .map(|seq| {
            let buffer = buffer.clone();
            tokio::spawn(async move { buffer.insert(Entry { seq, value: seq }).await })
        })
        .collect();
    sleep(Duration::from_millis(1)).await;
    let waiting = inserters.iter().filter(|inserter| !inserter.is_finished()).count();
    assert_eq!((buffer.len(), waiting), (BOUND - 1, BOUND), "1 to 9 are in, the others wait");
    buffer.insert(Entry { seq: 0, value: 0 }).await;
    assert_eq!(buffer.len(), BOUND);
    for seq in 0..BOUND as u64 {
        assert_eq!(buffer.next().await, Some(Entry { seq, value: seq }));
        sleep(Duration::from_millis(1)).await;
        assert_eq!(buffer.len(), BOUND);
    }
    for inserter in inserters {
        inserter.await.expect("everything within the bound goes in");
    }
    buffer.close();
    for seq in 10..=19 {
        assert_eq!(buffer.next().await.map(|entry| entry.seq), Some(seq));
    }
    assert_eq!(buffer.next().await, None);
}
