//! How often a random schedule meets a bug, by two ways of drawing it.
//!
//! Clock: none, it counts. Seed: the schedules.
//!
//! So many threads of 20 steps. Thread 1 looks in its 10th step and acts on it in its 11th. The bug shows if thread
//! 0 gets from its 6th step to its 6th, or to its 15th, in between. The other threads only stand in the way.

use crate::Options;
use crate::print::{table, thousands};
use crate::sim::random;
use rand::RngExt;
use rand::rngs::StdRng;
use std::io::{self, Write};

const STEPS: usize = 20;
const RUNS: usize = 50_000;

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let bugs = [("1 step in the gap", 1), ("10 steps in the gap", 10)];
    let mut rows = [Vec::new(), Vec::new()];
    for threads in [2, 3, 8] {
        let mut random = random(options.seed, threads as u64);
        let mut hits = |draw: fn(usize, &mut StdRng) -> Vec<usize>| {
            (0..RUNS).fold([0; 2], |hits, _| {
                let schedule = draw(threads, &mut random);
                [0, 1].map(|bug| hits[bug] + usize::from(shows(&schedule, bugs[bug].1)))
            })
        };
        let (evenly, by_priority) = (hits(evenly), hits(by_priority));
        for (bug, (name, _)) in bugs.into_iter().enumerate() {
            let found = [evenly[bug], by_priority[bug]].map(|hits| match RUNS.checked_div(hits) {
                Some(runs) => format!("1 in {}", thousands(runs)),
                None => format!("none in {}", thousands(RUNS)),
            });
            let row = [name.into(), threads.to_string(), interleavings(threads)];
            rows[bug].push(row.into_iter().chain(found).collect());
        }
    }
    table(out, &["bug", "threads", "interleavings", "evenly at random", "by priorities"], &rows.concat())
}

/// How many orders of all steps there are, as a power of ten.
fn interleavings(threads: usize) -> String {
    let log = |n: usize| (1..=n).map(|factor| (factor as f64).log10()).sum::<f64>();
    format!("10^{:.0}", log(threads * STEPS) - threads as f64 * log(STEPS))
}

/// Whether the steps of thread 0 lie between the two of thread 1.
fn shows(schedule: &[usize], length: usize) -> bool {
    let mut done = [0; 2];
    let mut in_the_gap = 0;
    for &thread in schedule {
        if thread > 1 {
            continue;
        }
        done[thread] += 1;
        if thread == 0 && done[1] == 10 && (6..6 + length).contains(&done[0]) {
            in_the_gap += 1;
        }
    }
    in_the_gap == length
}

// ANCHOR: draws
/// Each step is the next one of any thread that is not done.
fn evenly(threads: usize, random: &mut StdRng) -> Vec<usize> {
    let mut left = vec![STEPS; threads];
    let mut schedule = Vec::with_capacity(threads * STEPS);
    while schedule.len() < threads * STEPS {
        let thread = random.random_range(0..threads);
        if left[thread] > 0 {
            left[thread] -= 1;
            schedule.push(thread);
        }
    }
    schedule
}

/// The thread of the highest priority runs until it is done; once, at a random step, it becomes the last.
fn by_priority(threads: usize, random: &mut StdRng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..threads).collect();
    for at in (1..threads).rev() {
        order.swap(at, random.random_range(0..=at));
    }
    let mut left = vec![STEPS; threads];
    let change = random.random_range(0..threads * STEPS);
    let mut schedule = Vec::with_capacity(threads * STEPS);
    while schedule.len() < threads * STEPS {
        if schedule.len() == change {
            let running = order.iter().position(|thread| left[*thread] > 0).expect("not all are done");
            let thread = order.remove(running);
            order.push(thread);
        }
        let thread = *order.iter().find(|thread| left[**thread] > 0).expect("not all are done");
        left[thread] -= 1;
        schedule.push(thread);
    }
    schedule
}
// ANCHOR_END: draws
