//! The rule, apart from everything that waits: a plain value, which a test can drive without a clock.

use std::time::Duration;

/// What the width may be, and what it is adjusted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The least width, at least 1.
    pub min: usize,
    /// The greatest width.
    pub max: usize,
    /// The first width, from `min` to `max`.
    pub start: usize,
    /// The median latency up to which the width grows.
    pub target: Duration,
}

// ANCHOR: control
/// The width, and what this interval says about it.
#[derive(Debug)]
pub(crate) struct Control {
    limits: Limits,
    width: usize,
    /// The latencies of the work that has ended in this interval.
    latencies: Vec<Duration>,
    /// Whether the whole width was at work at some moment of this interval.
    all_used: bool,
}

impl Control {
    /// # Panics
    ///
    /// Unless 1 ≤ `min` ≤ `start` ≤ `max`.
    pub(crate) fn new(limits: Limits) -> Control {
        let Limits { min, max, start, .. } = limits;
        assert!(1 <= min && min <= start && start <= max, "1 ≤ min ≤ start ≤ max must hold: {limits:?}");
        Control { limits, width: start, latencies: Vec::new(), all_used: false }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Work has ended, after this time.
    pub(crate) fn sample(&mut self, latency: Duration) {
        self.latencies.push(latency);
    }

    /// So many are at work now.
    pub(crate) fn at_work(&mut self, count: usize) {
        self.all_used |= count >= self.width;
    }

    /// Adjusts the width by what the interval has shown, and begins the next one with so many at work.
    pub(crate) fn end_of_interval(&mut self, at_work: usize) {
        let Limits { min, max, target, .. } = self.limits;
        match median(&mut self.latencies) {
            None => {}
            Some(latency) if latency > target => self.width = (self.width / 2).max(min),
            Some(_) if self.all_used => self.width = (self.width + 1).min(max),
            Some(_) => {}
        }
        self.latencies.clear();
        self.all_used = false;
        self.at_work(at_work);
    }
}

/// The latency in the middle, the later one of two. It leaves the latencies in another order.
fn median(latencies: &mut [Duration]) -> Option<Duration> {
    let middle = latencies.len() / 2;
    (!latencies.is_empty()).then(|| *latencies.select_nth_unstable(middle).1)
}
// ANCHOR_END: control

#[cfg(test)]
mod tests {
    use super::{Control, Limits};
    use std::time::Duration;

    fn control(start: usize) -> Control {
        Control::new(Limits { min: 2, max: 9, start, target: Duration::from_millis(93) })
    }

    /// The width after an interval with these latencies and so many at work.
    fn after(mut control: Control, at_work: usize, latencies: &[u64]) -> usize {
        control.at_work(at_work);
        latencies.iter().for_each(|latency| control.sample(Duration::from_millis(*latency)));
        control.end_of_interval(0);
        control.width()
    }

    #[test]
    fn the_median_decides() {
        assert_eq!(after(control(8), 8, &[90, 90, 900]), 9);
        assert_eq!(after(control(8), 8, &[94, 10, 94]), 4);
        assert_eq!(after(control(8), 8, &[90, 94]), 4, "of two, the later one");
        assert_eq!(after(control(8), 8, &[93]), 9, "the target itself is quick enough");
    }

    #[test]
    fn the_width_stays_within_its_limits_and_without_news() {
        assert_eq!(after(control(9), 9, &[1]), 9);
        assert_eq!(after(control(3), 3, &[100]), 2);
        assert_eq!(after(control(5), 5, &[]), 5);
        assert_eq!(after(control(5), 4, &[1]), 5);
    }
}
