//! A container may use 4 processors on a machine of 64. A model of it: batch work is always there, and now and then
//! somebody asks a small question. How long does the answer take, by the number of workers?
//!
//! The model is the one of Linux' bandwidth control: in each period of 100 ms, all threads of the group together may
//! use 400 ms of processor; when that is used up, none of them runs before the next period. Here time goes in steps
//! of 0.1 ms. Batch work comes in slices of 1 ms; a question is taken by the next worker that is free, and takes one
//! step.
//!
//! Clock: none, it is a calculation. The seed draws when the questions come.

use crate::{Options, print};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::VecDeque;
use std::io::{self, Write};

/// Steps of 0.1 ms in a period.
const PERIOD: usize = 1000;
/// What the group may use in a period, in steps of one processor.
const QUOTA: usize = 4 * PERIOD;
/// A slice of batch work.
const SLICE: usize = 10;
const PERIODS: usize = 200;
/// Questions in a period, on average.
const QUESTIONS: usize = 5;

/// The waits of the questions in steps, in order, and the steps in which nobody could run.
fn simulate(workers: usize, seed: u64) -> (Vec<usize>, usize) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut waiting = VecDeque::new();
    let (mut waits, mut stalled, mut left) = (Vec::new(), 0, QUOTA);
    // Workers do not begin their slices at the same moment.
    let mut busy: Vec<usize> = (0..workers).map(|worker| worker * SLICE / workers).collect();
    for now in 0..PERIODS * PERIOD {
        if now % PERIOD == 0 {
            left = QUOTA;
        }
        if random.random_range(0..PERIOD) < QUESTIONS {
            waiting.push_back(now);
        }
        if left == 0 {
            stalled += 1;
            continue;
        }
        for slice in &mut busy {
            if left == 0 {
                break;
            }
            left -= 1;
            if *slice == 0 {
                match waiting.pop_front() {
                    Some(asked) => waits.push(now + 1 - asked),
                    None => *slice = SLICE - 1,
                }
            } else {
                *slice -= 1;
            }
        }
    }
    waits.sort_unstable();
    (waits, stalled)
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> = [4, 5, 8, 16, 64]
        .into_iter()
        .map(|workers| {
            let (waits, stalled) = simulate(workers, options.seed);
            // The nearest rank.
            let rank = |part: usize| waits[(waits.len() * part).div_ceil(100) - 1] as f64 / 10.0;
            let part = 100.0 * stalled as f64 / (PERIODS * PERIOD) as f64;
            vec![workers.to_string(), format!("{part:.0} %"), format!("{:.1}", rank(50)), format!("{:.1}", rank(99))]
        })
        .collect();
    writeln!(out, "A model: a quota of 4 processors, 20 s, batch work without end; questions wait")?;
    print::table(out, &["workers", "time stopped", "median ms", "p99 ms"], &rows)
}
