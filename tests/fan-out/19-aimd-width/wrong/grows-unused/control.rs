//! Caught by: no_news_is_no_good_news (fail), a_slow_reader_is_not_a_slow_downstream (bound), a_panic_costs_its_number_alone (fail)
//!
//! "Quick calls mean room for more": the width also grows while most of it is free.

use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub min: usize,
    pub max: usize,
    pub start: usize,
    pub target: Duration,
}

#[derive(Debug)]
pub(crate) struct Control {
    limits: Limits,
    width: usize,
    latencies: Vec<Duration>,
    all_used: bool,
}

impl Control {
    pub(crate) fn new(limits: Limits) -> Control {
        let Limits { min, max, start, .. } = limits;
        assert!(1 <= min && min <= start && start <= max, "1 ≤ min ≤ start ≤ max must hold: {limits:?}");
        Control { limits, width: start, latencies: Vec::new(), all_used: false }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn sample(&mut self, latency: Duration) {
        self.latencies.push(latency);
    }

    pub(crate) fn at_work(&mut self, count: usize) {
        self.all_used |= count >= self.width;
    }

    pub(crate) fn end_of_interval(&mut self, at_work: usize) {
        let Limits { min, max, target, .. } = self.limits;
        match median(&mut self.latencies) {
            None => {}
            Some(latency) if latency > target => self.width = (self.width / 2).max(min),
            Some(_) => self.width = (self.width + 1).min(max),
        }
        self.latencies.clear();
        self.all_used = false;
        self.at_work(at_work);
    }
}

fn median(latencies: &mut [Duration]) -> Option<Duration> {
    let middle = latencies.len() / 2;
    (!latencies.is_empty()).then(|| *latencies.select_nth_unstable(middle).1)
}
