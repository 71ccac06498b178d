//! How full the queues are.

use tokio::time::Instant;

/// What is known of a pipeline. Clones know the same one.
#[derive(Clone, Debug)]
pub struct Metrics {}

/// The depths of both queues at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When.
    pub at: Instant,
    /// How many numbers wait for a worker.
    pub input: u64,
    /// How many results wait for the reader.
    pub output: u64,
}

impl Metrics {
    /// The depths now.
    pub fn sample(&self) -> Sample {
        todo!("how many items are in each queue at this moment")
    }

    /// The depths now, in the Prometheus text format: the gauge `pipeline_queue_depth` with its label `queue`.
    pub fn render(&self) -> String {
        todo!("a `# TYPE` line, and a line for each queue")
    }
}

/// How fast the output queue filled between two samples, in results a second; negative while it drains, 0 if no time
/// has passed.
pub fn fill_rate(earlier: &Sample, later: &Sample) -> f64 {
    let _ = (earlier, later);
    todo!("the slope of the output's depth")
}
