//! The figures, per stage and tenant.

use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

const LABELS: &[&str] = &["stage", "tenant"];

/// From a parse to a timeout, each about twice the one before: a quantile is right to a factor of two.
const BUCKETS: &[f64] = &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];

// ANCHOR: metrics
/// What is counted of one pipeline. Clones are the same metrics; two pipelines share nothing but what they are given.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    items_in: IntCounterVec,
    items_out: IntCounterVec,
    errors: IntCounterVec,
    cancelled: IntCounterVec,
    inflight: IntGaugeVec,
    queue_depth: IntGaugeVec,
    process_seconds: HistogramVec,
    queue_seconds: HistogramVec,
}
// ANCHOR_END: metrics

/// The figures of one stage and one tenant.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) items_in: IntCounter,
    pub(crate) items_out: IntCounter,
    pub(crate) errors: IntCounter,
    pub(crate) cancelled: IntCounter,
    pub(crate) inflight: IntGauge,
    pub(crate) queue_depth: IntGauge,
    pub(crate) process_seconds: Histogram,
    pub(crate) queue_seconds: Histogram,
}

impl Metrics {
    /// Metrics of which nothing is counted yet.
    #[expect(clippy::new_without_default, reason = "made once, where the program starts, and handed down")]
    pub fn new() -> Metrics {
        let counter = |name, help| IntCounterVec::new(Opts::new(name, help), LABELS).expect("valid names");
        let gauge = |name, help| IntGaugeVec::new(Opts::new(name, help), LABELS).expect("valid names");
        let histogram = |name, help| {
            let options = HistogramOpts::new(name, help).buckets(BUCKETS.to_vec());
            HistogramVec::new(options, LABELS).expect("valid names and ascending buckets")
        };
        let metrics = Metrics {
            registry: Registry::new(),
            items_in: counter("items_in_total", "Jobs that came to a stage"),
            items_out: counter("items_out_total", "Jobs that a stage has done"),
            errors: counter("errors_total", "Jobs that ended in a stage with an error"),
            cancelled: counter("cancelled_total", "Jobs that were given up while in a stage or waiting for it"),
            inflight: gauge("inflight", "Jobs that a stage is at work on"),
            queue_depth: gauge("queue_depth", "Jobs that wait for a stage"),
            process_seconds: histogram("process_seconds", "How long a stage took, with or without success"),
            queue_seconds: histogram("queue_seconds", "How long a job waited for a stage"),
        };
        let Metrics { registry, items_in, items_out, errors, cancelled, .. } = &metrics;
        for counter in [items_in, items_out, errors, cancelled] {
            registry.register(Box::new(counter.clone())).expect("no two names are alike");
        }
        for gauge in [&metrics.inflight, &metrics.queue_depth] {
            registry.register(Box::new(gauge.clone())).expect("no two names are alike");
        }
        for histogram in [&metrics.process_seconds, &metrics.queue_seconds] {
            registry.register(Box::new(histogram.clone())).expect("no two names are alike");
        }
        metrics
    }

    /// Everything, in the Prometheus text format.
    ///
    /// The figures are read one after the other. While jobs move on other threads, one may be counted as in and not yet
    /// as waiting; when nothing moves, they add up.
    pub fn render(&self) -> String {
        TextEncoder::new().encode_to_string(&self.registry.gather()).expect("writing to a string does not fail")
    }

    /// The figures of a stage and a tenant. They are looked up once for a visit, not once for each change.
    pub(crate) fn series(&self, stage: &str, tenant: &str) -> Series {
        let labels = &[stage, tenant];
        Series {
            items_in: self.items_in.with_label_values(labels),
            items_out: self.items_out.with_label_values(labels),
            errors: self.errors.with_label_values(labels),
            cancelled: self.cancelled.with_label_values(labels),
            inflight: self.inflight.with_label_values(labels),
            queue_depth: self.queue_depth.with_label_values(labels),
            process_seconds: self.process_seconds.with_label_values(labels),
            queue_seconds: self.queue_seconds.with_label_values(labels),
        }
    }
}
