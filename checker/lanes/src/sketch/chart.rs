//! A level over time in cells: how many were in flight.

use super::canvas::{Cells, Part};
use crate::axis::Axis;

/// Eighths of a cell, from below.
const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A chart to be drawn.
pub(super) struct Chart<'a> {
    pub(super) name: &'a str,
    /// The moments from which on it stands so high.
    pub(super) curve: Vec<(u64, usize)>,
    pub(super) bound: Option<usize>,
    /// Which probe it belongs to.
    pub(super) probe: usize,
}

impl Chart<'_> {
    pub(super) fn peak(&self) -> usize {
        self.curve.iter().map(|(_, level)| *level).max().unwrap_or(0)
    }

    /// Its name and its peak, for a chart of one line.
    pub(super) fn label(&self) -> String {
        format!("{} {}", self.name, self.peak())
    }

    /// Draws it on these lines, the bound on the uppermost: what exceeds it stands there.
    pub(super) fn draw(&self, lines: &mut [Cells], axis: &Axis, left: usize) {
        let width = axis.right as usize;
        let levels = self.levels(axis, width);
        let rows = lines.len();
        let (peak, limit) = (self.peak(), self.bound.filter(|_| rows > 1));
        let scaled = if limit.is_some() { rows - 1 } else { rows };
        let full = limit.unwrap_or(peak).max(1);
        for (column, level) in levels.iter().enumerate() {
            let eighths = (*level.min(&full) * scaled * 8).div_ceil(full);
            for (row, cells) in lines.iter_mut().rev().take(scaled).enumerate() {
                if let Some(last) = eighths.saturating_sub(row * 8).min(8).checked_sub(1) {
                    cells.put(left + column, EIGHTHS[last], Part::Level(self.probe));
                }
            }
            if let Some(bound) = limit {
                let excess = (level.saturating_sub(bound) * 8).div_ceil(peak.saturating_sub(bound).max(1));
                match excess.checked_sub(1) {
                    Some(last) => lines[0].put(left + column, EIGHTHS[last], Part::Excess),
                    None => lines[0].put(left + column, '┄', Part::Line),
                }
            }
        }
    }

    /// The highest level in each column's time.
    fn levels(&self, axis: &Axis, width: usize) -> Vec<usize> {
        let mut levels = vec![0; width];
        for (index, (at, level)) in self.curve.iter().enumerate() {
            let until = self.curve.get(index + 1).map_or(axis.to, |next| next.0);
            let (first, last) = (axis.x(*at).round() as usize, axis.x(until).round() as usize);
            for column in levels.iter_mut().take(last.max(first + 1)).skip(first) {
                *column = (*column).max(*level);
            }
        }
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(curve: &[(u64, usize)], bound: Option<usize>, rows: usize) -> Vec<String> {
        let chart = Chart { name: "in flight", curve: curve.into(), bound, probe: 0 };
        let mut lines = vec![Cells::blank(8); rows];
        chart.draw(&mut lines, &Axis { from: 0, to: 8, left: 0.0, right: 8.0 }, 0);
        lines.iter().map(|line| line.pieces().into_iter().map(|piece| piece.text).collect()).collect()
    }

    #[test]
    fn levels_are_in_proportion() {
        assert_eq!(drawn(&[(0, 0), (1, 1), (2, 2), (4, 4), (6, 0)], None, 1), [" ▂▄▄██"]);
        assert_eq!(drawn(&[(0, 0), (1, 1), (2, 2), (4, 4), (6, 0)], None, 2), ["    ██", " ▄████"]);
        assert_eq!(drawn(&[(0, 0)], None, 1), [""]);
    }

    #[test]
    fn what_exceeds_the_bound_stands_above_it() {
        assert_eq!(drawn(&[(0, 2), (3, 5), (4, 4), (6, 2)], Some(4), 2), ["┄┄┄█┄┄┄┄", "▄▄▄███▄▄"]);
    }

    #[test]
    fn a_peak_between_two_columns_is_seen() {
        let chart = Chart { name: "", curve: vec![(0, 1), (10, 9), (11, 1)], bound: None, probe: 0 };
        assert_eq!(chart.levels(&Axis { from: 0, to: 100, left: 0.0, right: 4.0 }, 4), [9, 1, 1, 1]);
    }
}
