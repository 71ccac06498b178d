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
//! - **A speed is no verdict**: what is expected of a machine is said with [`Bench::expect`] and ends nothing.

mod record;
mod table;

pub use record::{Column, Outcome, Plot, Record, Row, Scale, Stat, Table};
pub use table::{Comparison, Values};

use std::fs::File;
use std::io::Write;

/// Where the checker wants the records; without it they go to standard output.
pub const RECORDS: &str = "WORKBOOK_BENCH_RECORDS";

/// Set where the whole size is wanted.
pub const FULL: &str = "WORKBOOK_BENCH_FULL";

/// A run of a benchmark.
#[derive(Debug)]
pub struct Bench {
    records: Option<File>,
    full: bool,
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
        if records.is_some() {
            end_with_the_checker();
        }
        let mut bench = Bench { records, full: std::env::var_os(FULL).is_some() };
        bench.hand_over(&Record::Machine { cores: bench.cores() });
        bench
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
            Some(file) => file.write_all(line.as_bytes()).expect("the records' file can be written"),
            None => print!("{line}"),
        }
    }
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
