//! What the workers are worth, and what a line is worth as a piece of work.

use futures::StreamExt;
use measure::{Bench, Outcome, Scale};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::hint::black_box;
use std::time::Instant;
use task::{hash_line, hash_lines};
use tokio::runtime::{Builder, Runtime};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

/// Measures.
pub(crate) fn main() {
    let mut bench = Bench::start();
    // Of the whole program's life, so that a run need not copy it.
    let text: &'static [u8] = lines(if bench.full() { 100_000_000 } else { 8_000_000 }).leak();
    let megabytes = text.len() as f64 / 1e6;
    let rate = |run: &dyn Fn()| {
        let began = Instant::now();
        run();
        megabytes / began.elapsed().as_secs_f64()
    };

    let all = runtime(512);
    let table = bench
        .table(&format!("{megabytes:.0} MB of lines of about 200 bytes, in memory"))
        .column("throughput", "MB/s")
        .alternative("a plain loop", || rate(&|| plain(text)))
        .alternative("blocking work for each line", || rate(&|| all.block_on(line_by_line(text))))
        .alternative("hash_lines", || rate(&|| streamed(&all, text)))
        .against("a plain loop")
        .within(std::time::Duration::from_secs(8))
        .measure();
    if let Some(ratio) = table.ratio("blocking work for each line") {
        bench.note(format!(
            "Handed over one by one, the lines take {:.1} times as long as in a loop that hands over nothing.",
            1.0 / ratio.median
        ));
    }

    let cores = bench.cores();
    let runtimes: Vec<(usize, Runtime)> = [1, 2, 4, 8].map(|threads| (threads, runtime(threads))).into();
    let comparison = bench.table("The same by threads for blocking work").column("throughput", "MB/s");
    let comparison = runtimes.iter().fold(comparison, |comparison, (threads, runtime)| {
        comparison.point("hash_lines", *threads as f64, || rate(&|| streamed(runtime, text)))
    });
    let table =
        comparison.over("threads", Scale::Log2).against_x(1.0).within(std::time::Duration::from_secs(8)).measure();
    bench.note("A design with threads of its own does not change here: the figure limits `spawn_blocking`.");
    let expected = "four threads do at least 2.5 times what one does";
    let outcome = match table.at("hash_lines", 4.0).and_then(|row| row.ratio) {
        Some(ratio) if cores >= 4 => Outcome::of(ratio.median >= 2.5),
        _ => Outcome::Unknown,
    };
    bench.expect(expected, outcome);
}

fn runtime(blocking: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(blocking)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Lines of 0 to 400 bytes.
fn lines(size: usize) -> Vec<u8> {
    let mut random = StdRng::seed_from_u64(17);
    let mut text = Vec::with_capacity(size + 400);
    while text.len() < size {
        let line = random.random_range(0..=400);
        text.extend((0..line).map(|_| random.random_range(b' '..=b'~')));
        text.push(b'\n');
    }
    text
}

fn plain(text: &[u8]) {
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        black_box(hash_line(line));
    }
}

async fn line_by_line(text: &[u8]) {
    let lines = futures::stream::iter(text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec));
    let hashes = lines.map(|line| spawn_blocking(move || hash_line(&line))).buffered(8);
    hashes.for_each(|hash| async { drop(black_box(hash)) }).await;
}

fn streamed(runtime: &Runtime, text: &'static [u8]) {
    let run = hash_lines(text, tokio::io::sink(), hash_line, CancellationToken::new());
    runtime.block_on(run).expect("it ends");
}
