//! Tables and notes, in 80 columns, with and without colour.

use super::chart;
use crate::report::{self, WIDTH};
use crate::style::{BOLD, DIM, GREEN, YELLOW};
use measure::{Outcome, Record, Row, Stat, Table};
use std::fmt::Write;

/// Between two columns.
const GAP: usize = 2;
/// Left of everything.
const MARGIN: usize = 2;
/// A name is cut after this.
const NAME: usize = 30;

/// All that a benchmark handed over.
pub(super) fn records(records: &[Record]) -> String {
    let mut text = String::new();
    for record in records {
        match record {
            Record::Machine { cores } => {
                let _ = writeln!(text, "{:MARGIN$}{DIM}optimised, {}{DIM:#}\n", "", report::counted(*cores, "core"));
            }
            Record::Table(table) => text.push_str(&self::table(table)),
            Record::Note { text: note } => paragraph(&mut text, "", note),
            Record::Expectation { text: expected, outcome } => {
                let (style, word) = match outcome {
                    Outcome::Met => (GREEN, "as expected"),
                    Outcome::Missed => (YELLOW, "not as expected"),
                    Outcome::Unknown => (YELLOW, "cannot be shown here"),
                };
                let _ = writeln!(text, "{:MARGIN$}{style}{word}{style:#}", "");
                paragraph(&mut text, "  ", expected);
            }
        }
    }
    text
}

fn paragraph(text: &mut String, indent: &str, words: &str) {
    for line in report::wrap(&report::plain(words), WIDTH - MARGIN - indent.len(), "") {
        let _ = writeln!(text, "{:MARGIN$}{indent}{line}", "");
    }
    text.push('\n');
}

/// A table, and where its rows have an x, its charts.
pub(super) fn table(table: &Table) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{:MARGIN$}{BOLD}{}{BOLD:#}", "", report::plain(&table.title));
    let blocks = blocks(table);
    for line in 0..table.rows.len() + 2 {
        let _ = write!(text, "{:MARGIN$}", "");
        let mut row = String::new();
        for (index, block) in blocks.iter().enumerate() {
            let gap = if index == 0 { 0 } else { GAP };
            let _ = write!(row, "{:gap$}", "");
            block.line(&mut row, line);
        }
        let row = row.trim_end();
        let _ = if line < 2 { writeln!(text, "{DIM}{row}{DIM:#}") } else { writeln!(text, "{row}") };
    }
    let ratios = table.baseline.as_ref().map_or("", |_| "; ratios are taken within each round");
    let legend = format!("median of {} rounds (least–greatest){ratios}", table.rounds);
    let _ = writeln!(text, "{:MARGIN$}{DIM}{legend}{DIM:#}\n", "");
    for column in 0..table.columns.len() {
        if let Some(chart) = chart::chart(table, column) {
            text.push_str(&chart);
            text.push('\n');
        }
    }
    text
}

/// Some columns that belong together: a figure and its spread.
struct Block {
    /// Two lines of heading, then a line a row.
    cells: Vec<String>,
    /// The spread of each row; without it, the block is narrower.
    spreads: Vec<String>,
    left: bool,
}

impl Block {
    fn widths(&self) -> (usize, usize) {
        let widest = |cells: &[String]| cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        (widest(&self.cells), widest(&self.spreads))
    }

    fn width(&self) -> usize {
        let (cell, spread) = self.widths();
        cell + if spread > 0 { 1 + spread } else { 0 }
    }

    fn line(&self, text: &mut String, line: usize) {
        let (width, spread) = self.widths();
        let cell = &self.cells[line];
        let _ = if self.left { write!(text, "{cell:<width$}") } else { write!(text, "{cell:>width$}") };
        if spread > 0 {
            let of = line.checked_sub(2).and_then(|row| self.spreads.get(row)).map_or("", String::as_str);
            let _ = write!(text, " {of:<spread$}");
        }
    }
}

/// The table's blocks. Where they are too wide together, the spreads of the later figures go first.
fn blocks(table: &Table) -> Vec<Block> {
    let mut blocks = Vec::new();
    let column = |heading: [&str; 2], cell: &dyn Fn(&Row) -> String| {
        let heading = heading.map(|text| report::cut(&report::plain(text), NAME));
        heading.into_iter().chain(table.rows.iter().map(cell)).collect::<Vec<_>>()
    };
    if table.rows.iter().any(|row| row.x.is_some()) {
        let heading = table.plot.as_ref().map_or("x", |plot| &plot.x);
        let cells = column([heading, ""], &|row| row.x.map_or_else(String::new, place));
        blocks.push(Block { cells, spreads: Vec::new(), left: false });
    }
    let several = table.rows.iter().any(|row| row.name != table.rows[0].name);
    if several || blocks.is_empty() {
        let cells = column(["", ""], &|row| report::cut(&report::plain(&row.name), NAME));
        blocks.push(Block { cells, spreads: Vec::new(), left: true });
    }
    let first = blocks.len();
    for (index, of) in table.columns.iter().enumerate() {
        let cells = column([&of.name, &of.unit], &|row| figure(row.values[index].median));
        let spreads = table.rows.iter().map(|row| spread(row.values[index])).collect();
        blocks.push(Block { cells, spreads, left: false });
    }
    let last = blocks.len();
    if let Some(baseline) = &table.baseline {
        let ratio = |row: &Row| row.ratio.map_or_else(String::new, |ratio| figure(ratio.median));
        let cells = column(["ratio to", baseline], &ratio);
        let spreads = table.rows.iter().map(|row| row.ratio.map_or_else(String::new, spread)).collect();
        blocks.push(Block { cells, spreads, left: false });
    }
    let total = |blocks: &[Block]| {
        MARGIN + blocks.iter().map(Block::width).sum::<usize>() + GAP * blocks.len().saturating_sub(1)
    };
    for index in (first..last).rev() {
        if total(&blocks) > WIDTH {
            blocks[index].spreads.clear();
        }
    }
    blocks
}

fn spread(stat: Stat) -> String {
    format!("({}–{})", figure(stat.least), figure(stat.greatest))
}

/// Three figures that count, thousands apart, and a letter from a million on.
pub(super) fn figure(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size >= 999.5e6 => three(value / 1e9) + "G",
        size if size >= 999_999.5 => three(value / 1e6) + "M",
        size if size >= 999.5 => {
            let whole = format!("{value:.0}");
            let (thousands, rest) = whole.split_at(whole.len() - 3);
            format!("{thousands} {rest}")
        }
        size if size >= 0.01 => three(value),
        _ => format!("{value:.1e}"),
    }
}

fn three(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

/// A place on an axis: whole numbers have no decimals.
pub(super) fn place(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1000.0 { format!("{value:.0}") } else { figure(value) }
}
