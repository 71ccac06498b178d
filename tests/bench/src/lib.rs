//! What the benchmarks of all tasks have in common.
//!
//! A benchmark is `tests/<track>/<task>/bench.rs`, an ordinary program that `cargo checker bench` builds optimised
//! against a learner's crate or the solution, and runs. It measures alternatives and hands over tables:
//!
//! ```no_run
//! // fn pooled() -> f64 …, fn spawned() -> f64 …: each does the work once and returns a figure.
//! # fn pooled() -> f64 { 1.0 }
//! # fn spawned() -> f64 { 1.0 }
//! fn main() {
//!     let mut bench = measure::Bench::start();
//!     let table = bench
//!         .table("A thousand numbers of 1 µs")
//!         .column("throughput", "items/s")
//!         .alternative("a task each", spawned)
//!         .alternative("pool", pooled)
//!         .against("a task each")
//!         .measure();
//!     if let Some(ratio) = table.ratio("pool") {
//!         bench.note(format!("the pool does {:.1} times as much", ratio.median));
//!     }
//! }
//! ```
//!
//! - **Noise is shared**: all alternatives run once in each round, there and back in turn, so that a slow second of
//!   the machine meets all of them. A first round warms up and does not count.
//! - **A figure is the median of the rounds**, with the least and the greatest beside it.
//! - **A ratio is taken within each round**, then the median of the rounds' ratios: what slows down a whole round
//!   does not change it.
//! - **Work that only waits is measured by [`processor_time`]**, on a paused clock: on the machine's clock, a timer's
//!   millisecond hides what a design costs.
//! - **A speed is no verdict**: what is expected of a machine is said with [`Bench::expect`] and ends nothing.

mod record;
mod table;

pub use record::{Column, Outcome, Plot, Record, Row, Scale, Stat, Table};
pub use table::{Comparison, Values};

use nix::sys::resource::{UsageWho, getrusage};
use std::fs::File;
use std::io::Write;
use std::time::Duration;

/// Where the checker wants the records; without it they go to standard output.
pub const RECORDS: &str = "WORKBOOK_BENCH_RECORDS";

/// Set where the whole size is wanted.
pub const FULL: &str = "WORKBOOK_BENCH_FULL";

/// A run of a benchmark.
#[derive(Debug)]
pub struct Bench {
    records: Records,
    full: bool,
}

/// Where records go.
#[derive(Debug)]
enum Records {
    File(File),
    Output,
    Nowhere,
}

impl Bench {
    /// Begins the run.
    ///
    /// # Panics
    ///
    /// If the file for the records cannot be written.
    pub fn start() -> Bench {
        let open = |path| File::options().append(true).create(true).open(path);
        let records = std::env::var_os(RECORDS).map(|path| open(path).expect("the records' file can be written"));
        let records = records.map_or(Records::Output, Records::File);
        if matches!(records, Records::File(_)) {
            end_with_the_checker();
        }
        let mut bench = Bench { records, full: std::env::var_os(FULL).is_some() };
        bench.hand_over(&Record::Machine { cores: bench.cores() });
        bench
    }

    /// Begins a run of the default size that hands no records over: for who prints the tables himself.
    pub fn unrecorded() -> Bench {
        Bench { records: Records::Nowhere, full: false }
    }

    /// Whether the whole size was asked for. The default size takes at most about 20 s.
    pub fn full(&self) -> bool {
        self.full
    }

    /// How many threads this machine runs at once.
    pub fn cores(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    /// A table to measure.
    pub fn table(&mut self, title: &str) -> Comparison<'_> {
        Comparison::new(self, title)
    }

    /// Says something about the figures before it, in a sentence or two.
    pub fn note(&mut self, text: impl Into<String>) {
        self.hand_over(&Record::Note { text: text.into() });
    }

    /// Says what is expected of the figures, and whether they are so. Nothing fails by it.
    pub fn expect(&mut self, text: impl Into<String>, outcome: Outcome) {
        self.hand_over(&Record::Expectation { text: text.into(), outcome });
    }

    pub(crate) fn hand_over(&mut self, record: &Record) {
        let mut line = serde_json::to_string(record).expect("records are plain data");
        line.push('\n');
        match &mut self.records {
            Records::File(file) => file.write_all(line.as_bytes()).expect("the records' file can be written"),
            Records::Output => print!("{line}"),
            Records::Nowhere => {}
        }
    }
}

/// How long processors have worked for this program so far, on all of its threads together.
///
/// The difference between two calls is what the work between them cost, whatever else the machine did in the meantime.
/// It is not how long the work took: waiting costs nothing, and two threads at once cost twice.
///
/// # Panics
///
/// If the system does not tell.
pub fn processor_time() -> Duration {
    let used = getrusage(UsageWho::RUSAGE_SELF).expect("the system counts what a program uses");
    [used.user_time(), used.system_time()]
        .map(|time| Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1000))
        .into_iter()
        .sum()
}

/// The checker holds the other end of standard input: when it is gone, so is the reason to go on.
fn end_with_the_checker() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the checker was killed: nobody reads what destructors would finish"
    )]
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1)
    });
}

#[cfg(test)]
mod tests {
    use super::processor_time;
    use std::time::{Duration, Instant};

    #[test]
    fn work_costs_processor_time() {
        let (began, before) = (Instant::now(), processor_time());
        while processor_time() - before < Duration::from_millis(5) {
            assert!(began.elapsed() < Duration::from_secs(60), "work was counted");
        }
    }
}
