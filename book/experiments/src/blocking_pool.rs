//! 128 jobs of 10 ms go to the blocking pool, and after them one that does nothing: how long does that one take?
//!
//! Clock: the machine's. The jobs wait and do not compute, so the number of cores matters little. The seed changes
//! nothing.

use crate::{Options, print};
use measure::{Bench, Scale};
use std::io::{self, Write};
use std::time::{Duration, Instant};
use tokio::runtime::Builder;

const JOBS: usize = 128;

/// A call that blocks: here a thread that waits for nobody.
fn blocks() {
    let until = Instant::now() + Duration::from_millis(10);
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(left);
    }
}

/// When the small job is done, in milliseconds, and the threads that there were.
fn last_in_line(threads: usize) -> [f64; 2] {
    let runtime = Builder::new_multi_thread().worker_threads(1).max_blocking_threads(threads).build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        let began = Instant::now();
        let jobs: Vec<_> = (0..JOBS).map(|_| tokio::task::spawn_blocking(blocks)).collect();
        // `tokio::fs` does the same for each call.
        tokio::task::spawn_blocking(|| ()).await.expect("no panic");
        let took = began.elapsed();
        let threads = tokio::runtime::Handle::current().metrics().num_blocking_threads();
        for job in jobs {
            job.await.expect("no panic");
        }
        [took.as_secs_f64() * 1e3, threads as f64]
    })
}

pub(crate) fn run(_: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut bench = Bench::unrecorded();
    let mut table = bench
        .table("A small job behind 128 that block for 10 ms")
        .column("time", "ms")
        .column("threads", "threads")
        .over("threads", Scale::Log2)
        .rounds(5)
        .within(Duration::from_secs(6));
    for threads in [4, 16, 64, 512] {
        table = table.point("at most", threads as f64, move || last_in_line(threads));
    }
    print::measured(out, &table.measure())
}
