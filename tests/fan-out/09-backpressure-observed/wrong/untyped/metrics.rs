//! Caught by: the_gauge_follows_the_queue (fail), the_full_queue_stands_before_the_slow_stage (fail),
//! each_pipeline_has_its_own_gauge (fail), scraped_over_http (fail)
//!
//! "A name and a number are enough": the text has no `# TYPE` line, so nobody knows that it is a gauge.

use crate::queue::Depth;
use tokio::time::Instant;

#[derive(Clone, Debug)]
pub struct Metrics {
    input: Depth,
    output: Depth,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    pub at: Instant,
    pub input: u64,
    pub output: u64,
}

impl Metrics {
    pub(crate) fn new(input: Depth, output: Depth) -> Metrics {
        Metrics { input, output }
    }

    pub fn sample(&self) -> Sample {
        Sample { at: Instant::now(), input: self.input.get(), output: self.output.get() }
    }

    pub fn render(&self) -> String {
        let sample = self.sample();
        format!(
            "pipeline_queue_depth{{queue=\"input\"}} {}\npipeline_queue_depth{{queue=\"output\"}} {}\n",
            sample.input, sample.output
        )
    }
}

pub fn fill_rate(earlier: &Sample, later: &Sample) -> f64 {
    let seconds = later.at.saturating_duration_since(earlier.at).as_secs_f64();
    if seconds == 0.0 { 0.0 } else { (later.output as f64 - earlier.output as f64) / seconds }
}
