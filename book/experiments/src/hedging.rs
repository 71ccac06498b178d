//! Hedges at a light load, at a heavy one, and with a budget.
//!
//! Clock: virtual. Seed: the arrivals, the calls' times, and which replica is asked.
//!
//! Four replicas of eight places each. A call works for 8 to 12 ms, and one in fifty for 200 ms. A call that its
//! client has given up goes on in its replica: nothing tells the replica.

use crate::Options;
use crate::sim::{Service, between, ms, next_arrival, on_virtual_time, percentile, random};
use rand::RngExt;
use rand::rngs::StdRng;
use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;
use tokio::task::{JoinHandle, JoinSet, LocalSet, spawn_local};
use tokio::time::{Instant, sleep_until, timeout};

const REPLICAS: usize = 4;
const PLACES: usize = 8;
/// 49 calls of 10 ms on average and one of 200.
const MEAN_SECONDS: f64 = 0.0138;
const STAGGER: Duration = Duration::from_millis(15);
const LASTS: Duration = Duration::from_secs(10);

#[derive(Clone, Copy)]
enum Hedges {
    Never,
    Always,
    /// For each request, so much of a hedge may be spent; at most ten are saved up.
    Budget(f64),
}

struct Replicas {
    all: Vec<Rc<Service>>,
    random: RefCell<StdRng>,
    calls: Cell<usize>,
    saved: Cell<f64>,
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<8}{:>22}{:>24}{:>24}", "", "no hedge", "hedge after 15 ms", "budget of 5 %")?;
    write!(out, "{:<8}", "load")?;
    for _ in 0..3 {
        write!(out, "{:>8}{:>8}{:>8}", "p50 ms", "p99 ms", "calls")?;
    }
    writeln!(out)?;
    for load in [30, 50, 70, 90] {
        write!(out, "{:<8}", format!("{load} %"))?;
        for hedges in [Hedges::Never, Hedges::Always, Hedges::Budget(0.05)] {
            let (mut times, calls) = on_virtual_time(
                options.seed,
                LocalSet::new().run_until(requests(options.seed, f64::from(load) / 100.0, hedges)),
            );
            let each = calls as f64 / times.len() as f64;
            let (p50, p99) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
            write!(out, "{:>8}{:>8}{each:>8.2}", ms(p50), ms(p99))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

async fn requests(seed: u64, load: f64, hedges: Hedges) -> (Vec<Duration>, usize) {
    let replicas = Rc::new(Replicas {
        all: (0..REPLICAS).map(|_| Rc::new(Service::new(PLACES))).collect(),
        random: RefCell::new(random(seed, 0)),
        calls: Cell::new(0),
        saved: Cell::new(0.0),
    });
    let mut arrivals = random(seed, 1);
    let rate = load * (REPLICAS * PLACES) as f64 / MEAN_SECONDS;
    let began = Instant::now();
    let mut next = Duration::ZERO;
    let mut requests = JoinSet::new();
    while next < LASTS {
        sleep_until(began + next).await;
        requests.spawn_local(request(replicas.clone(), hedges));
        next += next_arrival(&mut arrivals, rate);
    }
    let times = requests.join_all().await;
    (times, replicas.calls.get())
}

async fn request(replicas: Rc<Replicas>, hedges: Hedges) -> Duration {
    let began = Instant::now();
    let (first, mut primary) = replicas.call(None);
    if let Hedges::Budget(share) = hedges {
        replicas.saved.set((replicas.saved.get() + share).min(10.0));
    }
    if timeout(STAGGER, &mut primary).await.is_err() {
        let allowed = match hedges {
            Hedges::Never => false,
            Hedges::Always => true,
            Hedges::Budget(_) => replicas.saved.get() >= 1.0,
        };
        if allowed {
            replicas.saved.set(replicas.saved.get() - 1.0);
            let (_, mut hedge) = replicas.call(Some(first));
            tokio::select! {
                _ = &mut primary => {}
                _ = &mut hedge => {}
            }
        } else {
            primary.await.expect("a call does not panic");
        }
    }
    began.elapsed()
}

impl Replicas {
    /// Asks a replica, but not the one that was asked already. Whoever drops the handle leaves the call running.
    fn call(&self, but: Option<usize>) -> (usize, JoinHandle<()>) {
        let mut random = self.random.borrow_mut();
        let mut at = random.random_range(0..REPLICAS);
        if but == Some(at) {
            at = (at + 1) % REPLICAS;
        }
        let slow = random.random_range(0..50) == 0;
        let work = if slow { Duration::from_millis(200) } else { between(&mut random, 8..=12) };
        self.calls.set(self.calls.get() + 1);
        let replica = self.all[at].clone();
        (at, spawn_local(async move { replica.call(work).await }))
    }
}
