//! An outage of three seconds that retries keep alive.
//!
//! Clock: virtual. Seed: the arrivals.
//!
//! A service of eight places and 10 ms a call serves 800 a second; 600 requests a second come. From 5 s to 8 s it has
//! two places. A client waits for 100 ms for each attempt. The service does not know who has given up.

use crate::Options;
use crate::sim::{Service, next_arrival, on_virtual_time, random};
use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;
use tokio::task::{JoinSet, LocalSet, spawn_local};
use tokio::time::{Instant, sleep, sleep_until, timeout};

const WORK: Duration = Duration::from_millis(10);
const PATIENCE: Duration = Duration::from_millis(100);
const RATE: f64 = 600.0;
/// The seconds that a row of the table is about.
const WINDOWS: [(u64, u64); 7] = [(0, 5), (5, 8), (8, 12), (12, 16), (16, 20), (20, 30), (30, 40)];

#[derive(Clone, Copy)]
struct Policy {
    attempts: u32,
    /// How much of a retry each request allows.
    budget: f64,
    /// How many may wait at the service.
    queue: usize,
}

struct Site {
    service: Service,
    policy: Policy,
    inside: Cell<usize>,
    saved: Cell<f64>,
    /// When it came, whether it was answered in time, and how many attempts reached the service.
    requests: RefCell<Vec<(Duration, bool, usize)>>,
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let unbounded = usize::MAX;
    let policies = [
        ("no retry", Policy { attempts: 1, budget: 0.0, queue: unbounded }),
        ("3 retries", Policy { attempts: 4, budget: 9.0, queue: unbounded }),
        ("budget 10 %", Policy { attempts: 4, budget: 0.1, queue: unbounded }),
        ("3, bounded", Policy { attempts: 4, budget: 9.0, queue: 40 }),
    ];
    writeln!(out, "Requests that were answered, %, and calls that the service got for each")?;
    write!(out, "{:<10}", "seconds")?;
    for (name, _) in policies {
        write!(out, "{name:>17}")?;
    }
    writeln!(out)?;
    let runs = policies
        .map(|(_, policy)| on_virtual_time(options.seed, LocalSet::new().run_until(site(options.seed, policy))));
    for (from, to) in WINDOWS {
        write!(out, "{:<10}", format!("{from}–{to}"))?;
        for requests in &runs {
            let those: Vec<_> = requests.iter().filter(|(at, ..)| (from..to).contains(&at.as_secs())).collect();
            let answered = those.iter().filter(|(_, ok, _)| *ok).count() as f64 / those.len() as f64 * 100.0;
            let calls = those.iter().map(|(.., calls)| calls).sum::<usize>() as f64 / those.len() as f64;
            write!(out, "{answered:>10.0} {calls:>6.2}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

async fn site(seed: u64, policy: Policy) -> Vec<(Duration, bool, usize)> {
    let site = Rc::new(Site {
        service: Service::new(8),
        policy,
        inside: Cell::new(0),
        saved: Cell::new(0.0),
        requests: RefCell::default(),
    });
    let began = Instant::now();
    let dip = site.clone();
    spawn_local(async move {
        sleep_until(began + Duration::from_secs(5)).await;
        dip.service.shrink(6).await;
        sleep_until(began + Duration::from_secs(8)).await;
        dip.service.grow(6);
    });
    let mut random = random(seed, 0);
    let mut next = Duration::ZERO;
    let mut clients = JoinSet::new();
    while next < Duration::from_secs(40) {
        sleep_until(began + next).await;
        clients.spawn_local(client(site.clone(), next));
        next += next_arrival(&mut random, RATE);
    }
    while clients.join_next().await.is_some() {}
    site.requests.take()
}

// ANCHOR: client
async fn client(site: Rc<Site>, came: Duration) {
    site.saved.set((site.saved.get() + site.policy.budget).min(100.0));
    let mut calls = 0;
    for attempt in 0..site.policy.attempts {
        if attempt > 0 {
            if site.saved.get() < 1.0 {
                break;
            }
            site.saved.set(site.saved.get() - 1.0);
            sleep(Duration::from_millis(20 << attempt)).await;
        }
        if site.inside.get() >= site.policy.queue {
            // Refused at once: this costs the service nothing.
            continue;
        }
        calls += 1;
        site.inside.set(site.inside.get() + 1);
        let serving = site.clone();
        let call = spawn_local(async move {
            serving.service.call(WORK).await;
            serving.inside.set(serving.inside.get() - 1);
        });
        if timeout(PATIENCE, call).await.is_ok() {
            site.requests.borrow_mut().push((came, true, calls));
            return;
        }
    }
    site.requests.borrow_mut().push((came, false, calls));
}
// ANCHOR_END: client
