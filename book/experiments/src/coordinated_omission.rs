//! One stall, seen by three load generators.
//!
//! Clock: virtual. Seed: none is needed, nothing is random.
//!
//! A service of one place answers in 5 ms. After 5 s of 20 it stands still for 2 s.

use crate::Options;
use crate::print::thousands;
use crate::sim::{Service, ms, on_virtual_time, percentile};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

const WORK: Duration = Duration::from_millis(5);
const STALL_AT: Duration = Duration::from_secs(5);
const STALL: Duration = Duration::from_secs(2);
const LASTS: Duration = Duration::from_secs(20);
const EACH: Duration = Duration::from_millis(10);

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<34}{:>9}{:>8}{:>8}{:>8}{:>12}", "", "requests", "p50 ms", "p99 ms", "max ms", "over 100 ms")?;
    let mut row = |name: &str, mut times: Vec<Duration>| {
        let over = times.iter().filter(|time| **time > Duration::from_millis(100)).count();
        let mut rank = |share| ms(percentile(&mut times, share));
        let (p50, p99, max) = (rank(0.5), rank(0.99), rank(1.0));
        let count = thousands(times.len() as u64);
        let over = format!("{:.1} %", over as f64 / times.len() as f64 * 100.0);
        writeln!(out, "{name:<34}{count:>9}{p50:>8}{p99:>8}{max:>8}{over:>12}")
    };
    row("one client, again and again", on_virtual_time(0, closed()))?;
    row("100 a second, from the sending", on_virtual_time(0, open(false)))?;
    row("100 a second, from the schedule", on_virtual_time(0, open(true)))
}

fn stalling() -> Arc<Service> {
    let service = Arc::new(Service::new(1));
    let stalled = service.clone();
    tokio::spawn(async move {
        sleep(STALL_AT).await;
        stalled.call(STALL).await;
    });
    service
}

/// The next request begins when the last one has ended.
async fn closed() -> Vec<Duration> {
    let service = stalling();
    let began = Instant::now();
    let mut times = Vec::new();
    while began.elapsed() < LASTS {
        let sent = Instant::now();
        service.call(WORK).await;
        times.push(sent.elapsed());
    }
    times
}

/// A request every 10 ms, over ten connections.
async fn open(from_the_schedule: bool) -> Vec<Duration> {
    let service = stalling();
    let connections = Arc::new(Semaphore::new(10));
    let began = Instant::now();
    let mut requests = JoinSet::new();
    for number in 0.. {
        let due = began + EACH * number;
        if due >= began + LASTS {
            break;
        }
        sleep_until(due).await;
        let (service, connections) = (service.clone(), connections.clone());
        requests.spawn(async move {
            let _connection = connections.acquire().await.expect("never closed");
            let sent = Instant::now();
            service.call(WORK).await;
            if from_the_schedule { due.elapsed() } else { sent.elapsed() }
        });
    }
    requests.join_all().await
}
