//! No framework: the text of the metrics is written by hand, and so are the replies; each client has a task of its own,
//! which is dropped with the server.

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
            "# TYPE pipeline_queue_depth gauge\npipeline_queue_depth{{queue=\"input\"}} {}\npipeline_queue_depth{{queue=\"output\"}} {}\n",
            sample.input, sample.output
        )
    }
}

pub fn fill_rate(earlier: &Sample, later: &Sample) -> f64 {
    let seconds = later.at.saturating_duration_since(earlier.at).as_secs_f64();
    if seconds == 0.0 { 0.0 } else { (later.output as f64 - earlier.output as f64) / seconds }
}
