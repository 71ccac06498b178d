//! Caught by: the_wrapper_counts_any_stage (fail)
//!
//! "A histogram is a sum and a count": of which comes a mean, and no quantile.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

const NAMES: [(&str, &str); 6] = [
    ("items_in_total", "counter"),
    ("items_out_total", "counter"),
    ("errors_total", "counter"),
    ("cancelled_total", "counter"),
    ("inflight", "gauge"),
    ("queue_depth", "gauge"),
];

/// Six numbers in the order of the names, then the count and the sum of the times at work and in the queue.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    numbers: [i64; 6],
    seconds: [(u64, f64); 2],
}

type Rows = Arc<Mutex<BTreeMap<(String, String), Row>>>;

#[derive(Clone, Debug)]
pub struct Metrics {
    rows: Rows,
}

/// One of the six numbers of a row.
pub(crate) struct Number(Rows, (String, String), usize);

impl Number {
    pub(crate) fn inc(&self) {
        self.add(1);
    }

    pub(crate) fn dec(&self) {
        self.add(-1);
    }

    fn add(&self, number: i64) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rows.entry(self.1.clone()).or_default().numbers[self.2] += number;
    }
}

/// One of the two times of a row.
pub(crate) struct Seconds(Rows, (String, String), usize);

impl Seconds {
    pub(crate) fn observe(&self, seconds: f64) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, sum) = &mut rows.entry(self.1.clone()).or_default().seconds[self.2];
        (*count, *sum) = (*count + 1, *sum + seconds);
    }
}

pub(crate) struct Series {
    pub(crate) items_in: Number,
    pub(crate) items_out: Number,
    pub(crate) errors: Number,
    pub(crate) cancelled: Number,
    pub(crate) inflight: Number,
    pub(crate) queue_depth: Number,
    pub(crate) process_seconds: Seconds,
    pub(crate) queue_seconds: Seconds,
}

impl Metrics {
    #[expect(clippy::new_without_default, reason = "made once, where the program starts, and handed down")]
    pub fn new() -> Metrics {
        Metrics { rows: Rows::default() }
    }

    pub fn render(&self) -> String {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for (place, (name, kind)) in NAMES.iter().enumerate() {
            writeln!(text, "# TYPE {name} {kind}").expect("a string takes everything");
            for ((stage, tenant), row) in rows.iter() {
                let number = row.numbers[place];
                writeln!(text, "{name}{{stage={stage:?},tenant={tenant:?}}} {number}")
                    .expect("a string takes everything");
            }
        }
        for (place, name) in ["process_seconds", "queue_seconds"].into_iter().enumerate() {
            writeln!(text, "# TYPE {name} histogram").expect("a string takes everything");
            for ((stage, tenant), row) in rows.iter() {
                let ((count, sum), labels) = (row.seconds[place], format!("stage={stage:?},tenant={tenant:?}"));
                writeln!(text, "{name}_sum{{{labels}}} {sum}").expect("a string takes everything");
                writeln!(text, "{name}_count{{{labels}}} {count}").expect("a string takes everything");
            }
        }
        text
    }

    pub(crate) fn series(&self, stage: &str, tenant: &str) -> Series {
        let key = || (stage.to_owned(), tenant.to_owned());
        let number = |place| Number(self.rows.clone(), key(), place);
        let seconds = |place| Seconds(self.rows.clone(), key(), place);
        Series {
            items_in: number(0),
            items_out: number(1),
            errors: number(2),
            cancelled: number(3),
            inflight: number(4),
            queue_depth: number(5),
            process_seconds: seconds(0),
            queue_seconds: seconds(1),
        }
    }
}
