//! Figures of the task chapters' predictions that no criterion prints: tasks 2 to 5.
//!
//! Clock: virtual. The seed draws the times of task 3.

use crate::{Options, print, virtual_time};
use futures::{StreamExt, stream};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::future::ready;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

const WORKERS: usize = 8;

type Queue = Arc<Mutex<mpsc::Receiver<u64>>>;

async fn next(queue: &Queue) -> Option<u64> {
    queue.lock().await.recv().await
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A queue that holds all of these and is closed behind them.
fn queue(numbers: impl Iterator<Item = u64>) -> Queue {
    let (sender, receiver) = mpsc::channel(1000);
    numbers.for_each(|number| sender.try_send(number).expect("room for a thousand"));
    Arc::new(Mutex::new(receiver))
}

/// Workers with a queue each, or all with the same: when the last number was begun, and when it was done.
async fn last_of(queues: Vec<Queue>, takes: fn(u64) -> u64) -> (u64, u64) {
    let start = Instant::now();
    let mut workers: JoinSet<_> = queues
        .into_iter()
        .map(|queue| async move {
            let mut last = (0, 0);
            while let Some(number) = next(&queue).await {
                let begun = start.elapsed().as_millis() as u64;
                sleep(ms(takes(number))).await;
                last = (start.elapsed().as_millis() as u64, begun);
            }
            last
        })
        .collect();
    let mut last = (0, 0);
    while let Some(one) = workers.join_next().await {
        last = last.max(one.expect("no panic"));
    }
    (last.1, last.0)
}

/// Task 2: a thousand numbers for eight workers, by three designs.
async fn unequal_work(out: &mut dyn Write) -> io::Result<()> {
    let mut rows = Vec::new();
    for (work, takes) in
        [("every eighth 8 ms", (|n| if n % 8 == 0 { 8 } else { 1 }) as fn(u64) -> u64), ("all 1 ms", |_| 1)]
    {
        let (begun, done) = last_of(vec![queue(1..=1000); WORKERS], takes).await;
        rows.push([work.into(), "whoever is free".into(), begun.to_string(), done.to_string()].to_vec());
        let (mut begun, mut done) = (0, 0);
        for first in (1..=1000).step_by(WORKERS) {
            let batch = last_of(vec![queue(first..first + WORKERS as u64); WORKERS], takes).await;
            (begun, done) = (done + batch.0, done + batch.1);
        }
        rows.push([work.into(), "batches of eight".into(), begun.to_string(), done.to_string()].to_vec());
        let dealt = |worker: u64| queue((1..=1000).skip(worker as usize).step_by(WORKERS));
        let (begun, done) = last_of((0..WORKERS as u64).map(dealt).collect(), takes).await;
        rows.push([work.into(), "dealt in turn".into(), begun.to_string(), done.to_string()].to_vec());
    }
    writeln!(out, "Task 2: a thousand numbers, eight in flight; the last is begun and done at ms")?;
    print::table(out, &["work", "design", "begun", "done"], &rows)
}

/// Task 3: a thousand items of 0 to 4 ms, eight at work, by the places from dispatch to emission.
async fn windows(seed: u64, out: &mut dyn Write) -> io::Result<()> {
    // The draws of the task's criterion.
    let mut random = StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(3));
    let times: Vec<_> = (0..1000).map(|_| ms(random.random_range(0..=4))).collect();
    let ideal = (times.iter().sum::<Duration>() / WORKERS as u32).as_secs_f64() * 1e3;
    let mut rows = Vec::new();
    for window in [8, 12, 16, 24, 32] {
        let (start, workers) = (Instant::now(), &Semaphore::new(WORKERS));
        let item = |time| async move {
            let _permit = workers.acquire().await.expect("never closed");
            sleep(time).await;
        };
        stream::iter(times.iter().copied().map(item)).buffered(window).for_each(|()| ready(())).await;
        let took = start.elapsed().as_millis();
        rows.push(vec![window.to_string(), took.to_string(), format!("{:.3}", took as f64 / ideal)]);
    }
    writeln!(out, "Task 3: a thousand items; eight workers that never wait need {ideal:.1} ms")?;
    print::table(out, &["window", "ms", "ratio"], &rows)
}

/// Task 4: where the numbers are after 50 ms, if nobody reads and number 1 takes 10 s.
async fn at_the_cancel(out: &mut dyn Write) -> io::Result<()> {
    let counted: Arc<[AtomicUsize; 3]> = Arc::default();
    let (sender, input) = mpsc::channel(8);
    let (results, output) = mpsc::channel(8);
    let mut tasks = JoinSet::new();
    let counts = Arc::clone(&counted);
    tasks.spawn(async move {
        for number in 1u64.. {
            counts[0].fetch_add(1, Relaxed);
            if sender.send(number).await.is_err() {
                return;
            }
        }
    });
    let input = Arc::new(Mutex::new(input));
    for _ in 0..WORKERS {
        let (input, results, counts) = (Arc::clone(&input), results.clone(), Arc::clone(&counted));
        tasks.spawn(async move {
            while let Some(number) = next(&input).await {
                counts[1].fetch_add(1, Relaxed);
                sleep(ms(if number == 1 { 10_000 } else { 1 })).await;
                counts[2].fetch_add(1, Relaxed);
                if results.send(number).await.is_err() {
                    return;
                }
            }
        });
    }
    sleep(ms(50)).await;
    let [taken, begun, finished] = [0, 1, 2].map(|at| counted[at].load(Relaxed));
    let (in_output, in_input) = (output.len(), input.lock().await.len());
    let rows = [
        ("taken from the source", taken),
        ("in the output", in_output),
        ("finished, in the hands of workers", finished - in_output),
        ("at work", begun - finished),
        ("in the producer's channel", in_input),
        ("in the producer's hand", taken - begun - in_input),
    ];
    writeln!(out, "Task 4: numbers at 50 ms; number 1 takes 10 s, the others 1 ms; nobody reads")?;
    print::table(out, &["", "numbers"], &rows.map(|(what, count)| vec![what.to_owned(), count.to_string()]))
}

/// Task 5: six shards in turn; the first event takes 10 s, the others 1 ms.
async fn behind_a_hot_key(room: usize) -> Vec<String> {
    let start = Instant::now();
    let (results, mut output) = mpsc::channel(6);
    let mut tasks = JoinSet::new();
    let mut senders = Vec::new();
    for shard in 0..6 {
        let (sender, mut queue) = mpsc::channel(room);
        senders.push(sender);
        let results = results.clone();
        tasks.spawn(async move {
            while let Some(round) = queue.recv().await {
                sleep(ms(if (shard, round) == (0, 0) { 10_000 } else { 1 })).await;
                results.send(shard).await.expect("the reader is there");
            }
        });
    }
    tasks.spawn(async move {
        for round in 0..100 {
            for sender in &senders {
                sender.send(round).await.expect("workers are there");
            }
        }
    });
    let (mut others, mut last) = (0, 0);
    while let Ok(Some(shard)) = tokio::time::timeout_at(start + ms(9000), output.recv()).await {
        others += usize::from(shard != 0);
        last = start.elapsed().as_millis();
    }
    vec![room.to_string(), others.to_string(), last.to_string()]
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    virtual_time::block_on(options, async {
        unequal_work(out).await?;
        writeln!(out)?;
        windows(options.seed, out).await?;
        writeln!(out)?;
        at_the_cancel(out).await?;
        writeln!(out)?;
        let rows = [behind_a_hot_key(16).await, behind_a_hot_key(1).await];
        writeln!(out, "Task 5: events of the other five shards that are done at 9 s")?;
        print::table(out, &["room in a queue", "done", "the last at ms"], &rows)
    })
}
