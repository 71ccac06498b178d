//! Two levels of width: processes of a consumer group, and workers in each.
//!
//! Clock: virtual. Seed: the items' keys and times, and when a process is killed.
//!
//! A model without a broker: twelve partitions of 200 items, 10 ms an item, dealt out to the processes in turn.

use crate::Options;
use crate::print::thousands;
use crate::sim::{between, on_virtual_time, random};
use rand::RngExt;
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, interval, sleep, sleep_until};

const PARTITIONS: usize = 12;
const ITEMS: usize = 200;
const WORK: Duration = Duration::from_millis(10);

/// What has to stay in sequence.
#[derive(Clone, Copy)]
enum Order {
    None,
    Key,
    Partition,
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<11}{:>11}{:>11}{:>36}", "", "partitions", "items/s", "items/s with 8 workers, in order")?;
    writeln!(
        out,
        "{:<11}{:>11}{:>11}{:>12}{:>12}{:>12}",
        "processes", "of one", "1 worker", "none", "by key", "by part."
    )?;
    for processes in [1, 2, 4, 6, 8, 12, 16] {
        let most = PARTITIONS.div_ceil(processes);
        write!(out, "{processes:<11}{most:>11}")?;
        for (workers, order) in [(1, Order::None), (8, Order::None), (8, Order::Key), (8, Order::Partition)] {
            let took = on_virtual_time(
                options.seed,
                LocalSet::new().run_until(group(options.seed, processes, workers, order)),
            );
            let rate = (PARTITIONS * ITEMS) as f64 / took.as_secs_f64();
            write!(out, "{rate:>0$.0}", if workers == 1 { 11 } else { 12 })?;
        }
        writeln!(out)?;
    }

    writeln!(out, "\nOne process of 8 workers, killed at one of 100 moments: items done again")?;
    writeln!(out, "{:<20}{:>18}{:>32}", "", "10 ms each", "one in 500 takes 2 s")?;
    writeln!(out, "{:<20}{:>10}{:>8}{:>24}{:>8}", "a commit each", "mean", "most", "mean", "most")?;
    for every in [100, 500, 1000, 5000] {
        write!(out, "{:<20}", format!("{} ms", thousands(every)))?;
        for (straggler, wide) in [(false, 10), (true, 24)] {
            let again = on_virtual_time(options.seed, killed(options.seed, every, straggler));
            let mean = again.iter().sum::<u64>() as f64 / again.len() as f64;
            let most = again.iter().max().expect("100 moments");
            write!(out, "{mean:>wide$.0}{most:>8}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// How long a group needs for all items.
async fn group(seed: u64, processes: usize, workers: usize, order: Order) -> Duration {
    let mut random = random(seed, 0);
    let mut shares = vec![Vec::new(); processes];
    for partition in 0..PARTITIONS {
        // 50 keys a partition; small numbers are more frequent.
        let keys = (0..ITEMS).map(|_| {
            let even: f64 = random.random_range(0.0..1.0);
            (partition, (even * even * 50.0) as usize)
        });
        shares[partition % processes].push(keys.collect::<VecDeque<_>>());
    }
    let began = Instant::now();
    let mut all = JoinSet::new();
    for share in shares {
        all.spawn_local(process(share, workers, order));
    }
    while all.join_next().await.is_some() {}
    began.elapsed()
}

/// One process: its partitions in turn, so many items at once.
async fn process(mut partitions: Vec<VecDeque<(usize, usize)>>, workers: usize, order: Order) {
    let at_work = Rc::new(Semaphore::new(workers));
    let mut lanes = std::collections::HashMap::new();
    let mut items = JoinSet::new();
    // As many as there are places to wait for a turn: what a process has fetched is bounded.
    let fetched = Arc::new(Semaphore::new(workers * 4));
    while partitions.iter().any(|partition| !partition.is_empty()) {
        for partition in &mut partitions {
            let Some(item) = partition.pop_front() else { continue };
            let lane = match order {
                Order::None => None,
                Order::Key => Some(item),
                Order::Partition => Some((item.0, 0)),
            };
            let lane = lane.map(|lane| lanes.entry(lane).or_insert_with(|| Rc::new(Mutex::new(()))).clone());
            let room = fetched.clone().acquire_owned().await.expect("never closed");
            let at_work = at_work.clone();
            items.spawn_local(async move {
                // Tokio's mutex is fair: who asks first has the turn first.
                let turn = match &lane {
                    Some(lane) => Some(lane.lock().await),
                    None => None,
                };
                let worker = at_work.acquire().await.expect("never closed");
                sleep(WORK).await;
                drop((turn, worker, room));
            });
        }
    }
    while items.join_next().await.is_some() {}
}

// ANCHOR: killed
/// At each of 100 random moments, how many items were done that no commit covers.
async fn killed(seed: u64, commit_every: u64, straggler: bool) -> Vec<u64> {
    let mut random = random(seed, 1);
    let (mut open, mut done, mut next, mut committed) = (BTreeSet::new(), 0, 0, 0);
    let mut again = Vec::new();
    let mut items = JoinSet::new();
    let mut commits = interval(Duration::from_millis(commit_every));
    let mut kill = Instant::now() + between(&mut random, 0..=500);
    while again.len() < 100 {
        tokio::select! {
            biased;
            () = sleep_until(kill) => {
                again.push(done - committed);
                kill += between(&mut random, 0..=500);
            }
            // The first that is not done: everything below it may be forgotten.
            _ = commits.tick() => committed = open.first().copied().unwrap_or(next),
            Some(item) = items.join_next() => {
                open.remove(&item.expect("an item does not panic"));
                done += 1;
            }
            () = std::future::ready(()), if open.len() < 8 => {
                let item = next;
                next += 1;
                open.insert(item);
                let slow = straggler && random.random_range(0..500) == 0;
                let work = if slow { Duration::from_secs(2) } else { WORK };
                items.spawn(async move {
                    sleep(work).await;
                    item
                });
            }
        }
    }
    again
}
// ANCHOR_END: killed
