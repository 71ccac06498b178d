//! A walk through memory in which each step says where the next one goes: what a step costs, by how much memory the
//! walk visits.
//!
//! Clock: the processor's, on one thread. The seed draws the walk.

use crate::{Options, print};
use measure::{Bench, Scale, processor_time};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Duration;

const STEPS: usize = 1_000_000;

/// A line of memory that says which is next.
#[repr(align(64))]
#[derive(Clone)]
struct Line {
    next: u32,
}

/// One walk that comes to each line once before it repeats (Sattolo's shuffle).
fn walk(lines: usize, seed: u64) -> Vec<Line> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut walk: Vec<_> = (0..lines as u32).map(|next| Line { next }).collect();
    for end in (1..lines).rev() {
        let other = random.random_range(0..end);
        let (a, b) = (walk[end].next, walk[other].next);
        (walk[end].next, walk[other].next) = (b, a);
    }
    walk
}

fn nanoseconds(walk: &[Line]) -> f64 {
    let before = processor_time();
    let mut at = 0;
    for _ in 0..STEPS {
        at = walk[at as usize].next;
    }
    black_box(at);
    (processor_time() - before).as_nanos() as f64 / STEPS as f64
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let kibibytes = [16, 128, 512, 4096, 32 * 1024, 256 * 1024];
    let walks = kibibytes.map(|size| walk(size * 1024 / size_of::<Line>(), options.seed));
    let mut bench = Bench::unrecorded();
    let mut table = bench
        .table("Nanoseconds a step, by the memory walked through")
        .column("time", "ns")
        .over("KiB", Scale::Log2)
        .against_x(16.0)
        .within(Duration::from_secs(8));
    for (size, walk) in kibibytes.iter().zip(&walks) {
        table = table.point("KiB", *size as f64, move || nanoseconds(walk));
    }
    print::measured(out, &table.measure())
}
