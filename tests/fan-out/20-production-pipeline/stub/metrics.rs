//! The figures, per stage and tenant.

/// What is counted of one pipeline. Clones are the same metrics; two pipelines share nothing but what they are given.
#[derive(Clone, Debug)]
pub struct Metrics {
    // A registry, and what is registered in it.
}

impl Metrics {
    /// Metrics of which nothing is counted yet.
    #[expect(clippy::new_without_default, reason = "made once, where the program starts, and handed down")]
    pub fn new() -> Metrics {
        todo!("four counters, two gauges and two histograms, with the labels stage and tenant")
    }

    /// Everything, in the Prometheus text format.
    pub fn render(&self) -> String {
        todo!("the text that a scrape gets")
    }
}
