//! Two stages of eight workers, and the faults that a test can inject.
//!
//! Clock: virtual. Seed: which calls the faults hit.

use crate::Options;
use crate::sim::{on_virtual_time, random};
use rand::RngExt;
use rand::rngs::StdRng;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc::channel;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

const ITEMS: usize = 400;
const WIDTH: usize = 8;

#[derive(Clone, Copy)]
enum Fault {
    None,
    Slow,
    Error,
    Panic,
    Hang,
    Outage,
}

/// The service, with a fault in it. 10 ms a call.
#[derive(Clone)]
struct Faulty {
    fault: Fault,
    random: Arc<Mutex<StdRng>>,
    began: Instant,
}

impl Faulty {
    // ANCHOR: faulty
    async fn call(&self) -> Result<(), &'static str> {
        let hit = |percent: u32| self.random.lock().expect("not poisoned").random_range(0..100) < percent;
        match self.fault {
            Fault::Slow if hit(5) => sleep(Duration::from_secs(2)).await,
            Fault::Error if hit(5) => return Err("503"),
            Fault::Panic if hit(2) => panic!("injected"),
            Fault::Hang if hit(3) => std::future::pending().await,
            Fault::Outage if (100..600).contains(&self.began.elapsed().as_millis()) => return Err("refused"),
            _ => sleep(Duration::from_millis(10)).await,
        }
        Ok(())
    }
    // ANCHOR_END: faulty
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    // An injected panic is expected: it says nothing.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let faults = [
        ("none", Fault::None),
        ("5 % take 2 s", Fault::Slow),
        ("5 % fail", Fault::Error),
        ("2 % panic", Fault::Panic),
        ("3 % never end", Fault::Hang),
        ("all fail for 500 ms", Fault::Outage),
    ];
    writeln!(out, "{:<21}{:>27}   {:>27}", "400 items", "plain loop", "with limits")?;
    write!(out, "{:<21}", "fault")?;
    writeln!(out, "{:>6}{:>7}{:>6}{:>8}   {0:>6}{1:>7}{2:>6}{3:>8}", "done", "failed", "lost", "ms")?;
    for (name, fault) in faults {
        write!(out, "{name:<21}")?;
        for (hardened, gap) in [(false, ""), (true, "   ")] {
            let (done, failed, ended) = on_virtual_time(options.seed, stage(options.seed, fault, hardened));
            let lost = ITEMS - done - failed;
            let ended = ended.map_or("never".into(), |took| took.as_millis().to_string());
            write!(out, "{gap}{done:>6}{failed:>7}{lost:>6}{ended:>8}")?;
        }
        writeln!(out)?;
    }
    std::panic::set_hook(hook);
    Ok(())
}

/// How many were done, how many were reported as failed, and when the stage ended.
async fn stage(seed: u64, fault: Fault, hardened: bool) -> (usize, usize, Option<Duration>) {
    let began = Instant::now();
    let service = Faulty { fault, random: Arc::new(Mutex::new(random(seed, 0))), began };
    let (output, mut results) = channel(WIDTH);
    let items = Arc::new(Mutex::new(0..ITEMS));
    for _ in 0..WIDTH {
        let (service, items, output) = (service.clone(), items.clone(), output.clone());
        if hardened {
            tokio::spawn(with_limits(service, items, output));
        } else {
            tokio::spawn(plain(service, items, output));
        }
    }
    drop(output);
    let (mut done, mut failed) = (0, 0);
    let all = async {
        while let Some(result) = results.recv().await {
            match result {
                Ok(()) => done += 1,
                Err(_) => failed += 1,
            }
        }
    };
    let ended = timeout(Duration::from_secs(60), all).await.ok().map(|()| began.elapsed());
    (done, failed, ended)
}

type Items = Arc<Mutex<std::ops::Range<usize>>>;
type Output = tokio::sync::mpsc::Sender<Result<(), &'static str>>;

fn next(items: &Items) -> Option<usize> {
    items.lock().expect("not poisoned").next()
}

// ANCHOR: plain
async fn plain(service: Faulty, items: Items, output: Output) -> Result<(), &'static str> {
    while next(&items).is_some() {
        service.call().await?;
        let _ = output.send(Ok(())).await;
    }
    Ok(())
}
// ANCHOR_END: plain

// ANCHOR: limits
async fn with_limits(service: Faulty, items: Items, output: Output) {
    while next(&items).is_some() {
        let mut result = Err("no attempt");
        for attempt in 0..4u32 {
            if attempt > 0 {
                sleep(Duration::from_millis(25 << (2 * attempt))).await;
            }
            // A set of one task: it is aborted when the time is over, and its panic is a value.
            let mut call = JoinSet::new();
            let service = service.clone();
            call.spawn(async move { service.call().await });
            result = match timeout(Duration::from_millis(100), call.join_next()).await {
                Ok(Some(Ok(result))) => result,
                Ok(_) => Err("panicked"),
                Err(_) => Err("timed out"),
            };
            if result.is_ok() {
                break;
            }
        }
        let _ = output.send(result).await;
    }
}
// ANCHOR_END: limits
