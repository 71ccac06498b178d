//! Caught by: an_interval_begins_with_those_at_work (fail)
//!
//! "A new interval, a new count": of those who begin in it, and not of those who are at work when it begins.

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

    pub(crate) fn end_of_interval(&mut self, _at_work: usize) {
        let Limits { min, max, target, .. } = self.limits;
        match median(&mut self.latencies) {
            None => {}
            Some(latency) if latency > target => self.width = (self.width / 2).max(min),
            Some(_) if self.all_used => self.width = (self.width + 1).min(max),
            Some(_) => {}
        }
        self.latencies.clear();
        self.all_used = false;
    }
}

fn median(latencies: &mut [Duration]) -> Option<Duration> {
    let middle = latencies.len() / 2;
    (!latencies.is_empty()).then(|| *latencies.select_nth_unstable(middle).1)
}
