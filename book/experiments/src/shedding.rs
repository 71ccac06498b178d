//! Six ways to be overloaded: who is served when there is too much for all.
//!
//! Clock: virtual. Seed: the arrivals.
//!
//! Eight places of 10 ms serve 800 requests a second. 600 a second come for 5 s, 1200 for 10 s, 600 for 15 s. A
//! client waits for 250 ms; what it gets later, nobody reads.

use crate::Options;
use crate::print::thousands;
use crate::sim::{ms, next_arrival, on_virtual_time, percentile, random};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, sleep, sleep_until};

const WORK: Duration = Duration::from_millis(10);
const PATIENCE: Duration = Duration::from_millis(250);
const BOUND: usize = 100;

#[derive(Clone, Copy, PartialEq)]
enum Policy {
    Wait,
    RefuseNewest,
    DropOldest,
    NewestFirst,
    SkipLate,
    SkipHopeless,
}

#[derive(Default)]
struct Queue {
    waiting: RefCell<VecDeque<Instant>>,
    more: Notify,
    shed: RefCell<usize>,
    /// When each answer came, and how long it had taken.
    answers: RefCell<Vec<(Instant, Duration)>>,
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let heads =
        [["", "answered", "answered", "", "p99,", "late for"], ["", "in time", "late", "shed", "ms", "s after"]];
    for [name, in_time, late, shed, p99, after] in heads {
        writeln!(out, "{name:<30}{in_time:>9}{late:>9}{shed:>9}{p99:>9}{after:>10}")?;
    }
    let policies = [
        ("everybody waits", Policy::Wait),
        ("refuse when 100 wait", Policy::RefuseNewest),
        ("drop the oldest of 100", Policy::DropOldest),
        ("the newest first", Policy::NewestFirst),
        ("skip who is late", Policy::SkipLate),
        ("skip who would be late", Policy::SkipHopeless),
    ];
    for (name, policy) in policies {
        let seed = options.seed;
        let (answers, shed, began) = on_virtual_time(seed, LocalSet::new().run_until(served(seed, policy)));
        let late = answers.iter().filter(|(_, took)| *took > PATIENCE).count();
        let calm = began + Duration::from_secs(15);
        let last = answers.iter().filter(|(_, took)| *took > PATIENCE).map(|(at, _)| *at).max();
        let after = last.map_or(0.0, |at| at.saturating_duration_since(calm).as_secs_f64());
        let mut times: Vec<_> = answers.iter().map(|(_, took)| *took).collect();
        writeln!(
            out,
            "{name:<30}{:>9}{:>9}{:>9}{:>9}{after:>10.1}",
            thousands((answers.len() - late) as u64),
            thousands(late as u64),
            thousands(shed as u64),
            ms(percentile(&mut times, 0.99)),
        )?;
    }
    Ok(())
}

async fn served(seed: u64, policy: Policy) -> (Vec<(Instant, Duration)>, usize, Instant) {
    let queue = Rc::new(Queue::default());
    let mut workers = JoinSet::new();
    for _ in 0..8 {
        workers.spawn_local(worker(queue.clone(), policy));
    }
    let began = Instant::now();
    let mut random = random(seed, 0);
    let mut next = Duration::ZERO;
    while next < Duration::from_secs(30) {
        sleep_until(began + next).await;
        queue.arrive(policy);
        let rate = if (5..15).contains(&next.as_secs()) { 1200.0 } else { 600.0 };
        next += next_arrival(&mut random, rate);
    }
    sleep(Duration::from_secs(60)).await;
    drop(workers);
    (queue.answers.take(), *queue.shed.borrow(), began)
}

async fn worker(queue: Rc<Queue>, policy: Policy) {
    loop {
        let came = loop {
            match queue.next(policy) {
                Some(came) => break came,
                None => queue.more.notified().await,
            }
        };
        sleep(WORK).await;
        queue.answers.borrow_mut().push((Instant::now(), came.elapsed()));
    }
}

// ANCHOR: policies
impl Queue {
    fn arrive(&self, policy: Policy) {
        let mut waiting = self.waiting.borrow_mut();
        if waiting.len() >= BOUND && policy == Policy::RefuseNewest {
            *self.shed.borrow_mut() += 1;
            return;
        }
        if waiting.len() >= BOUND && policy == Policy::DropOldest {
            waiting.pop_front();
            *self.shed.borrow_mut() += 1;
        }
        waiting.push_back(Instant::now());
        self.more.notify_one();
    }

    fn next(&self, policy: Policy) -> Option<Instant> {
        let mut waiting = self.waiting.borrow_mut();
        loop {
            let came = if policy == Policy::NewestFirst { waiting.pop_back() } else { waiting.pop_front() }?;
            let late = match policy {
                Policy::SkipLate => came.elapsed() > PATIENCE,
                Policy::SkipHopeless => came.elapsed() + WORK * 2 > PATIENCE,
                _ => false,
            };
            if !late {
                return Some(came);
            }
            *self.shed.borrow_mut() += 1;
        }
    }
}
// ANCHOR_END: policies
