//! The picture as text, for a terminal.

mod canvas;
mod chart;
mod strip;

pub use canvas::{Part, Piece};

use crate::axis::Axis;
use crate::flight;
use crate::rows::Rows;
use crate::{Level, Mark, Options};
use canvas::Cells;
use chart::Chart;
use verdict::Span;

/// The gutter on the left is at most so wide.
const GUTTER: usize = 16;
/// So many rows for the charts, at most.
const CHART: usize = 4;
/// So many rows for the labels of marks, at most.
const MARKS: usize = 3;
/// The lanes, at least, before a chart gets any room.
const LANES: usize = 4;

/// Draws the swim lanes of a run as lines of text: no line is wider than `width` characters, and there are at most
/// `height` of them. Colours are the caller's: see [`pieces`].
///
/// A bar is a run of an item, with the item's number where it fits; `░` and `×` stand for a run that was cut short.
/// Below the lanes stands how many were in flight, and the time axis. What finds no room is left out, the charts
/// first; of the lanes, it is said how many.
pub fn sketch(spans: &[Span], options: &Options, width: usize, height: usize) -> Vec<String> {
    let line = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| piece.text).collect();
    pieces(spans, options, width, height).into_iter().map(line).collect()
}

/// The same, in pieces that say what they are, for whoever colours them.
pub fn pieces(spans: &[Span], options: &Options, width: usize, height: usize) -> Vec<Vec<Piece>> {
    if width == 0 || height == 0 {
        return Vec::new();
    }
    if spans.is_empty() && options.left.is_empty() {
        let mut cells = Cells::blank(width);
        cells.write(0, "no work was watched", Part::Text);
        return vec![cells.pieces()];
    }
    let end = spans.iter().map(|span| span.end).max().unwrap_or(0);
    let (from, to) = options.window.unwrap_or((0, end));
    let to = to.max(from + 1);
    let rows = Rows::of(spans, &options.left, from, to);
    let charts = charts(spans, &rows, options, from, to);
    let names = rows.rows.iter().map(|row| row.label.chars().count());
    let longest = names.chain(charts.iter().map(|chart| chart.label().chars().count())).max().unwrap_or(0);
    let gutter = longest.min(GUTTER).min(width / 3) + 1;
    let axis = Axis { from, to, left: 0.0, right: width.saturating_sub(gutter).max(1) as f64 };
    let picture = Picture { rows, charts, axis, gutter, width, end };
    picture.lines(options, height).iter().map(Cells::pieces).collect()
}

/// A chart for each probe, and one for each level.
fn charts<'a>(spans: &[Span], rows: &Rows<'a>, options: &'a Options, from: u64, to: u64) -> Vec<Chart<'a>> {
    let axis = Axis { from, to, left: 0.0, right: 1.0 };
    let one = rows.probes.len() == 1;
    let chart = |(probe, name): (usize, &&'a str)| Chart {
        name: if one { "in flight" } else { name },
        curve: flight::curve(spans, name, &axis),
        bound: options.bound_of(name),
        probe,
    };
    let level = |(index, level): (usize, &'a Level)| Chart {
        name: &level.name,
        curve: flight::within(&level.curve, &axis),
        bound: None,
        probe: rows.probes.len() + index,
    };
    let levels = options.levels.iter().enumerate().map(level);
    rows.probes.iter().enumerate().map(chart).chain(levels).collect()
}

/// What is to be drawn, and where.
struct Picture<'a> {
    rows: Rows<'a>,
    charts: Vec<Chart<'a>>,
    axis: Axis,
    gutter: usize,
    width: usize,
    end: u64,
}

impl Picture<'_> {
    fn lines(&self, options: &Options, height: usize) -> Vec<Cells> {
        let marks = self.marks(&options.marks);
        let plan = Plan::of(height, marks.len(), self.rows.rows.len(), self.charts.len());
        let mut lines = Vec::new();
        for row in self.rows.rows.iter().take(plan.lanes) {
            let mut cells = self.line(&row.label);
            strip::draw(&mut cells, row, &self.axis, self.gutter);
            lines.push(cells);
        }
        let left_out = self.rows.rows.len() - plan.lanes + self.rows.hidden;
        if left_out > 0 && plan.lanes > 0 {
            let mut cells = self.line("");
            cells.write(self.gutter, &format!("… {left_out} more {}", plural(left_out)), Part::Text);
            lines.push(cells);
        }
        for (chart, rows) in self.charts.iter().zip(&plan.charts) {
            lines.extend(self.chart(chart, *rows));
        }
        for cells in &mut lines {
            self.through(cells, &options.marks);
        }
        lines.splice(0..0, marks.into_iter().take(plan.marks));
        if plan.axis > 1 {
            lines.push(self.ruler());
        }
        if plan.axis > 0 {
            lines.push(self.labels());
        }
        if plan.axis > 2 {
            lines.extend(self.footer());
        }
        lines.truncate(height);
        lines
    }

    /// A line with a name in the gutter.
    fn line(&self, name: &str) -> Cells {
        let mut cells = Cells::blank(self.width);
        let most = self.gutter - 1;
        let name: String = name.chars().take(most).collect();
        cells.write(most - name.chars().count(), &name, Part::Text);
        cells
    }

    fn chart(&self, chart: &Chart<'_>, rows: usize) -> Vec<Cells> {
        let label = if rows == 1 { chart.label() } else { chart.name.to_owned() };
        let mut lines: Vec<_> = (0..rows).map(|row| self.line(if row == 0 { &label } else { "" })).collect();
        chart.draw(&mut lines, &self.axis, self.gutter);
        if rows > 1 {
            let (peak, bound) = (chart.peak(), chart.bound.filter(|bound| *bound < chart.peak()));
            let told = bound.map_or(format!("{peak} "), |bound| format!("{peak} > {bound} "));
            let told = if told.len() > self.gutter { format!("{peak} ") } else { told };
            lines[1].write(self.gutter.saturating_sub(told.len()), &told, Part::Text);
        }
        lines
    }

    /// The marks' labels, each beside the `▼` over its moment.
    fn marks(&self, marks: &[Mark]) -> Vec<Cells> {
        let mut lines: Vec<Cells> = Vec::new();
        let mut sorted: Vec<_> = marks.iter().filter(|mark| self.seen(mark)).collect();
        sorted.sort_by_key(|mark| mark.at);
        for mark in sorted {
            let at = self.column(mark.at);
            let room = self.width.saturating_sub(2);
            let label: String = mark.label.chars().take(room).collect();
            let width = label.chars().count() + 2;
            let (from, text) = if at + width <= self.width || at + 1 < width {
                (at.min(self.width.saturating_sub(width)), format!("▼ {label}"))
            } else {
                (at + 1 - width, format!("{label} ▼"))
            };
            let row = match lines.iter().position(|cells| cells.has_room(from, width)) {
                Some(row) => row,
                None if lines.len() < MARKS => {
                    lines.push(Cells::blank(self.width));
                    lines.len() - 1
                }
                None => continue,
            };
            lines[row].write(from, &text, Part::Mark);
        }
        lines
    }

    /// The marks' moments, wherever nothing else stands.
    fn through(&self, cells: &mut Cells, marks: &[Mark]) {
        for mark in marks.iter().filter(|mark| self.seen(mark)) {
            let at = self.column(mark.at);
            if cells.is_blank(at) {
                cells.put(at, '┊', Part::Mark);
            }
        }
    }

    fn seen(&self, mark: &Mark) -> bool {
        (self.axis.from..=self.axis.to).contains(&mark.at)
    }

    fn column(&self, at: u64) -> usize {
        (self.gutter + self.axis.x(at).round() as usize).min(self.width.saturating_sub(1))
    }

    fn ruler(&self) -> Cells {
        let mut cells = Cells::blank(self.width);
        (self.gutter..self.width).for_each(|at| cells.put(at, '─', Part::Line));
        self.axis.ticks().iter().for_each(|(at, _)| cells.put(self.column(*at), '┬', Part::Line));
        cells
    }

    /// The ticks' labels, those that have room. The unit stands in the gutter.
    fn labels(&self) -> Cells {
        let mut cells = self.line(self.axis.unit());
        for (at, label) in self.axis.ticks() {
            let width = label.chars().count();
            let from = self.column(at).saturating_sub(width / 2).min(self.width.saturating_sub(width)).max(self.gutter);
            if cells.has_room(from, width) || from == self.gutter && cells.is_blank(from) {
                cells.write(from, &label, Part::Text);
            }
        }
        cells
    }

    /// What the signs mean, and what is left out.
    fn footer(&self) -> Option<Cells> {
        let mut words = Vec::new();
        if self.rows.rows.iter().any(|row| row.spans.iter().any(|span| !span.finished)) {
            words.push("░× cut short".to_owned());
        }
        if self.end > self.axis.to {
            words.push(format!("the run ends at {} {}", self.axis.figure(self.end), self.axis.unit()));
        }
        let mut cells = Cells::blank(self.width);
        cells.write(self.gutter, &words.join("; "), Part::Text);
        (!words.is_empty()).then_some(cells)
    }
}

fn plural(lanes: usize) -> &'static str {
    if lanes == 1 { "lane" } else { "lanes" }
}

/// How many lines everything gets.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    marks: usize,
    lanes: usize,
    charts: Vec<usize>,
    /// 1 is the labels alone, 2 has the ruler, 3 the footer.
    axis: usize,
}

impl Plan {
    fn of(height: usize, marks: usize, lanes: usize, charts: usize) -> Plan {
        let axis = match height {
            0..=2 => 0,
            3..=5 => 1,
            6..=8 => 2,
            _ => 3,
        };
        let marks = marks.min(height.saturating_sub(axis + 1) / 2);
        let free = height.saturating_sub(axis + marks);
        // A row for each chart, then more for the first ones, as long as the lanes have theirs.
        let wanted = lanes.min(LANES);
        let most = free.saturating_sub(wanted + usize::from(lanes > wanted));
        let mut rows = vec![0; charts];
        let mut given = 0;
        while given < most.min(CHART.max(charts)) && charts > 0 {
            rows[given % charts] += 1;
            given += 1;
        }
        let free = free - given;
        let lanes = if lanes <= free { lanes } else { free.saturating_sub(1).max(1) };
        Plan { marks, lanes, charts: rows, axis }
    }
}

#[cfg(test)]
mod tests;
