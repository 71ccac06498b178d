//! How full the queues are.

use crate::queue::Depth;
use prometheus::{IntGaugeVec, Opts, Registry, TextEncoder};
use tokio::time::Instant;

/// What is known of a pipeline. Clones know the same one.
#[derive(Clone, Debug)]
pub struct Metrics {
    input: Depth,
    output: Depth,
}

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
    pub(crate) fn new(input: Depth, output: Depth) -> Metrics {
        Metrics { input, output }
    }

    // ANCHOR: render
    /// The depths now.
    pub fn sample(&self) -> Sample {
        Sample { at: Instant::now(), input: self.input.get(), output: self.output.get() }
    }

    /// The depths now, in the Prometheus text format: the gauge `pipeline_queue_depth` with its label `queue`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # use std::time::Duration;
    /// let work = workbook::Work::taking(Duration::from_millis(20));
    /// let (_results, metrics) = fan_out_09_solution::pipeline(1..=100, work);
    /// tokio::time::sleep(Duration::from_secs(1)).await;
    /// assert!(metrics.render().contains(r#"pipeline_queue_depth{queue="output"} 32"#));
    /// # }
    /// ```
    pub fn render(&self) -> String {
        // A registry for each scrape, which comes every few seconds: no state that two scrapes or two pipelines share.
        let depth = IntGaugeVec::new(Opts::new("pipeline_queue_depth", "Items waiting in a queue"), &["queue"])
            .expect("the name and the label are valid");
        let sample = self.sample();
        for (queue, items) in [("input", sample.input), ("output", sample.output)] {
            depth.with_label_values(&[queue]).set(items as i64);
        }
        let registry = Registry::new();
        registry.register(Box::new(depth)).expect("it is the only one");
        TextEncoder::new().encode_to_string(&registry.gather()).expect("writing to a string does not fail")
    }
    // ANCHOR_END: render
}

/// How fast the output queue filled between two samples, in results a second; negative while it drains, 0 if no time
/// has passed.
pub fn fill_rate(earlier: &Sample, later: &Sample) -> f64 {
    let seconds = later.at.saturating_duration_since(earlier.at).as_secs_f64();
    if seconds == 0.0 { 0.0 } else { (later.output as f64 - earlier.output as f64) / seconds }
}
