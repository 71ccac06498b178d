//! The time axis.

use super::svg::decimal;

/// Maps microseconds of the window to the plot's width.
pub(super) struct Axis {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) left: f64,
    pub(super) right: f64,
}

/// At most so many ticks.
const TICKS: u64 = 10;
/// From here on, the axis counts seconds.
const SECONDS: u64 = 10_000_000;

impl Axis {
    /// Where a moment lies; what is outside the window, on its edge.
    pub(super) fn x(&self, at: u64) -> f64 {
        let part = (at.clamp(self.from, self.to) - self.from) as f64 / (self.to - self.from) as f64;
        self.left + part * (self.right - self.left)
    }

    /// Round moments in the window, with their labels.
    pub(super) fn ticks(&self) -> Vec<(u64, String)> {
        let step = self.step();
        let first = self.from.next_multiple_of(step);
        (0..).map(|n| first + n * step).take_while(|at| *at <= self.to).map(|at| (at, self.figure(at))).collect()
    }

    /// What the labels count.
    pub(super) fn unit(&self) -> &'static str {
        if self.to >= SECONDS { "s" } else { "ms" }
    }

    /// A moment in the axis's unit.
    pub(super) fn figure(&self, at: u64) -> String {
        let unit = if self.to >= SECONDS { 1_000_000.0 } else { 1000.0 };
        decimal(at as f64 / unit, 3)
    }

    /// The least of 1, 2, 5, 10, 20, 50, … microseconds that gives few enough ticks.
    fn step(&self) -> u64 {
        let span = self.to - self.from;
        let mut power = 1;
        loop {
            if let Some(step) = [1, 2, 5].map(|digit| digit * power).into_iter().find(|step| span / step <= TICKS) {
                return step;
            }
            power *= 10;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: u64, to: u64) -> Vec<String> {
        let axis = Axis { from, to, left: 0.0, right: 100.0 };
        let mut labels: Vec<_> = axis.ticks().into_iter().map(|(_, label)| label).collect();
        labels.push(axis.unit().into());
        labels
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(labels(0, 20_000), ["0", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20", "ms"]);
        assert_eq!(labels(3_000, 40_500), ["5", "10", "15", "20", "25", "30", "35", "40", "ms"]);
        assert_eq!(labels(0, 1_000), ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1", "ms"]);
        assert_eq!(labels(0, 10_300_000), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "s"]);
        assert_eq!(labels(7, 8), ["0.007", "0.008", "ms"]);
    }

    #[test]
    fn moments_outside_lie_on_the_edge() {
        let axis = Axis { from: 10, to: 20, left: 50.0, right: 150.0 };
        assert_eq!([0, 10, 15, 20, 99].map(|at| axis.x(at)), [50.0, 50.0, 100.0, 150.0, 150.0]);
    }
}
