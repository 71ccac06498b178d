//! A stage whose failures go back into its own input.
//!
//! Clock: virtual. Seed: which attempts fail.
//!
//! Four workers, 1 ms an attempt. One attempt in five fails, and item 13 fails each time. In an outage, all attempts
//! of the first 20 ms fail.

use crate::Options;
use crate::sim::{on_virtual_time, random};
use rand::RngExt;
use rand::rngs::StdRng;
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::channel;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::{JoinSet, LocalSet, spawn_local};
use tokio::time::{Instant, sleep, timeout};

const ITEMS: u64 = 200;
const WIDTH: usize = 4;

/// What became of the items.
#[derive(Default)]
struct Tally {
    done: u64,
    given_up: u64,
}

#[derive(Clone)]
struct Work {
    random: Rc<RefCell<StdRng>>,
    tally: Rc<RefCell<Tally>>,
    fails_until: Instant,
}

impl Work {
    /// Whether an attempt succeeds.
    async fn attempt(&self, item: u64) -> bool {
        sleep(Duration::from_millis(1)).await;
        let unlucky = self.random.borrow_mut().random_range(0..5) == 0;
        let fails = item == 13 || unlucky || Instant::now() <= self.fails_until;
        self.tally.borrow_mut().done += u64::from(!fails);
        !fails
    }
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<29}{:>24}{:>26}", "200 items", "one attempt in 5 fails", "and an outage of 20 ms")?;
    writeln!(
        out,
        "{:<29}{:>7}{:>9}{:>8}{:>10}{:>9}{:>8}",
        "a failure goes", "done", "given up", "end", "done", "given up", "end"
    )?;
    let designs = [
        ("into the queue of 4", Some(4)),
        ("into the queue of 64", Some(64)),
        ("into a queue without a bound", Some(Semaphore::MAX_PERMITS)),
        ("nowhere: a place, 4 attempts", None),
    ];
    for (name, queue) in designs {
        write!(out, "{name:<29}")?;
        for (outage, wide) in [(0, 7), (20, 10)] {
            let (tally, took) =
                on_virtual_time(options.seed, LocalSet::new().run_until(stage(options.seed, outage, queue)));
            let end = took.map_or("never".into(), |took| format!("{} ms", took.as_millis()));
            write!(out, "{:>wide$}{:>9}{end:>8}", tally.done, tally.given_up)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What came of it, and when the stage ended, if it did within ten seconds.
async fn stage(seed: u64, outage_ms: u64, queue: Option<usize>) -> (Tally, Option<Duration>) {
    let began = Instant::now();
    let work = Work {
        random: Rc::new(RefCell::new(random(seed, 0))),
        tally: Rc::default(),
        fails_until: began + Duration::from_millis(outage_ms),
    };
    let tally = work.tally.clone();
    let body = async {
        match queue {
            Some(queue) => into_its_own_input(work, queue).await,
            None => with_a_place_each(work).await,
        }
    };
    let took = timeout(Duration::from_secs(10), body).await.ok().map(|()| began.elapsed());
    (tally.take(), took)
}

// ANCHOR: cycle
async fn into_its_own_input(work: Work, queue: usize) {
    let (input, items) = channel(queue);
    let items = Rc::new(Mutex::new(items));
    let mut workers = JoinSet::new();
    for _ in 0..WIDTH {
        let (work, items, input) = (work.clone(), items.clone(), input.clone());
        workers.spawn_local(async move {
            while let Some(item) = { items.lock().await.recv().await } {
                if !work.attempt(item).await {
                    // Waits for room, which only a worker can make.
                    let _ = input.send(item).await;
                }
            }
        });
    }
    for item in 0..ITEMS {
        let _ = input.send(item).await;
    }
    drop(input);
    // Each worker has a sender too, so none of them ever sees the end of the input.
    while workers.join_next().await.is_some() {}
}
// ANCHOR_END: cycle

// ANCHOR: places
async fn with_a_place_each(work: Work) {
    let places = Arc::new(Semaphore::new(WIDTH * 2));
    let at_work = Rc::new(Semaphore::new(WIDTH));
    for item in 0..ITEMS {
        // The item keeps its place until it is done or given up: this is what bounds the cycle.
        let place = places.clone().acquire_owned().await.expect("never closed");
        let (work, at_work) = (work.clone(), at_work.clone());
        spawn_local(async move {
            let _place = place;
            for attempt in 0..4u32 {
                let worker = at_work.acquire().await.expect("never closed");
                if work.attempt(item).await {
                    return;
                }
                // The pause costs a place, and no worker.
                drop(worker);
                sleep(Duration::from_millis(5 << attempt)).await;
            }
            work.tally.borrow_mut().given_up += 1;
        });
    }
    let _all = places.acquire_many(WIDTH as u32 * 2).await.expect("never closed");
}
// ANCHOR_END: places
