//! Caught by: each_pipeline_has_its_own_gauge (fail)
//!
//! "A metric belongs to the process": what is rendered is in a static, and the last pipeline that was made owns it.

use crate::queue::Depth;
use prometheus::{IntGaugeVec, Opts, Registry, TextEncoder};
use std::sync::Mutex;
use tokio::time::Instant;

#[derive(Clone, Debug)]
pub struct Metrics {
    input: Depth,
    output: Depth,
}

static CURRENT: Mutex<Option<Metrics>> = Mutex::new(None);

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    pub at: Instant,
    pub input: u64,
    pub output: u64,
}

impl Metrics {
    pub(crate) fn new(input: Depth, output: Depth) -> Metrics {
        let metrics = Metrics { input, output };
        *CURRENT.lock().expect("nobody panics with it") = Some(metrics.clone());
        metrics
    }

    pub fn sample(&self) -> Sample {
        Sample { at: Instant::now(), input: self.input.get(), output: self.output.get() }
    }

    pub fn render(&self) -> String {
        let depth = IntGaugeVec::new(Opts::new("pipeline_queue_depth", "Items waiting in a queue"), &["queue"])
            .expect("the name and the label are valid");
        let current = CURRENT.lock().expect("nobody panics with it").clone();
        let sample = current.unwrap_or_else(|| self.clone()).sample();
        for (queue, items) in [("input", sample.input), ("output", sample.output)] {
            depth.with_label_values(&[queue]).set(items as i64);
        }
        let registry = Registry::new();
        registry.register(Box::new(depth)).expect("it is the only one");
        TextEncoder::new().encode_to_string(&registry.gather()).expect("writing to a string does not fail")
    }
}

pub fn fill_rate(earlier: &Sample, later: &Sample) -> f64 {
    let seconds = later.at.saturating_duration_since(earlier.at).as_secs_f64();
    if seconds == 0.0 { 0.0 } else { (later.output as f64 - earlier.output as f64) / seconds }
}
