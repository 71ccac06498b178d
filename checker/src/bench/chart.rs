//! A chart in the terminal: braille dots for the lines, a sign of its own for each series' points.

use super::print;
use crate::report;
use crate::style::{BOLD, DIM};
use anstyle::{AnsiColor, Style};
use measure::Table;
use std::fmt::Write;

/// The plot's size in characters; each holds two by four dots.
const COLUMNS: usize = 62;
const ROWS: usize = 10;
/// Left of the y axis.
const LABEL: usize = 10;
/// Ticks of the y axis, at most, without its zero.
const TICKS: f64 = 5.0;

const SIGNS: [char; 6] = ['●', '■', '▲', '◆', '○', '□'];
const COLOURS: [AnsiColor; 6] =
    [AnsiColor::Cyan, AnsiColor::Yellow, AnsiColor::Magenta, AnsiColor::Green, AnsiColor::Blue, AnsiColor::Red];

fn style(series: usize) -> Style {
    COLOURS[series % COLOURS.len()].on_default()
}

/// A column of the table over x; nothing, if it has no x.
pub(super) fn chart(table: &Table, column: usize) -> Option<String> {
    let plot = table.plot.as_ref()?;
    let mut names: Vec<&str> = Vec::new();
    let mut points: Vec<(usize, f64, f64)> = Vec::new();
    for row in &table.rows {
        let Some(x) = row.x else { continue };
        let known = names.iter().position(|name| *name == row.name);
        let series = known.unwrap_or(names.len());
        if known.is_none() {
            names.push(&row.name);
        }
        points.push((series, x, row.values[column].median));
    }
    let place = |x: f64| plot.scale.place(x);
    points.retain(|(_, x, y)| place(*x).is_finite() && y.is_finite());
    let mut ticks: Vec<f64> = points.iter().map(|(_, x, _)| *x).collect();
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();
    let (least, greatest) = (place(*ticks.first()?), place(*ticks.last()?));
    let step = step(points.iter().map(|(_, _, y)| *y).fold(0.0, f64::max));
    let top = step * (points.iter().map(|(_, _, y)| *y / step).fold(0.0, f64::max)).ceil().max(1.0);

    let mut canvas = Canvas::new();
    let across = |x: f64| match greatest - least {
        0.0 => COLUMNS as f64,
        width => 1.0 + (place(x) - least) / width * (2 * COLUMNS - 3) as f64,
    };
    let down = |y: f64| (1.0 - y.max(0.0) / top) * (4 * ROWS - 1) as f64;
    for series in 0..names.len() {
        let mut of: Vec<(f64, f64)> =
            points.iter().filter(|point| point.0 == series).map(|(_, x, y)| (across(*x), down(*y))).collect();
        of.sort_by(|a, b| a.0.total_cmp(&b.0));
        of.windows(2).for_each(|pair| canvas.line(series, pair[0], pair[1]));
        of.iter().for_each(|point| canvas.sign(series, *point));
    }

    let mut text = String::new();
    let of = &table.columns[column];
    let _ = write!(text, "  {BOLD}{}{BOLD:#}{DIM}, {} over {}{DIM:#}", of.name, of.unit, plot.x);
    if names.len() > 1 {
        for (series, name) in names.iter().enumerate() {
            let style = style(series);
            let _ = write!(text, "\n  {style}{}{style:#} {}", SIGNS[series % SIGNS.len()], report::plain(name));
        }
    }
    text.push('\n');
    let labelled: Vec<(usize, String)> = (0..=(top / step).round() as usize)
        .map(|tick| step * tick as f64)
        .map(|y| ((down(y) / 4.0) as usize, print::place(y)))
        .collect();
    for row in 0..ROWS {
        match labelled.iter().find(|(at, _)| *at == row) {
            Some((_, label)) => drop(write!(text, "{DIM}{label:>LABEL$} ┤{DIM:#}")),
            None => drop(write!(text, "{DIM}{:>LABEL$} │{DIM:#}", "")),
        }
        canvas.row(&mut text, row);
    }
    axis(&mut text, &ticks.iter().map(|x| (across(*x) as usize / 2, print::place(*x))).collect::<Vec<_>>());
    Some(text)
}

/// The x axis. A label that would touch the one before it is left out.
fn axis(text: &mut String, ticks: &[(usize, String)]) {
    let mut line = vec!['─'; COLUMNS];
    let mut labels = vec![' '; LABEL + 2 + COLUMNS + LABEL];
    let mut free = 0;
    for (at, label) in ticks {
        line[(*at).min(COLUMNS - 1)] = '┬';
        let from = LABEL + 2 + at - (label.chars().count() / 2).min(*at);
        if from >= free {
            label.chars().enumerate().for_each(|(index, c)| labels[from + index] = c);
            free = from + label.chars().count() + 1;
        }
    }
    let (line, labels): (String, String) = (line.iter().collect(), labels.iter().collect());
    let _ = writeln!(text, "{DIM}{:LABEL$} └{line}{DIM:#}", "");
    let _ = writeln!(text, "{DIM}{}{DIM:#}", labels.trim_end());
}

/// The distance of two ticks: 1, 2 or 5 of some power of ten.
fn step(greatest: f64) -> f64 {
    let least = greatest / TICKS;
    if least <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|of| of * power).into_iter().find(|step| *step >= least).unwrap_or(10.0 * power)
}

/// Dots, and the signs over them.
struct Canvas {
    /// The dots of each character, and whose they are.
    dots: Vec<(u32, usize)>,
    signs: Vec<Option<usize>>,
}

impl Canvas {
    fn new() -> Canvas {
        Canvas { dots: vec![(0, 0); COLUMNS * ROWS], signs: vec![None; COLUMNS * ROWS] }
    }

    /// The character that holds a dot, and the dot's bit in it.
    fn cell((x, y): (f64, f64)) -> (usize, u32) {
        let (x, y) = ((x.round() as usize).min(2 * COLUMNS - 1), (y.round() as usize).min(4 * ROWS - 1));
        let bit = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]][y % 4][x % 2];
        (y / 4 * COLUMNS + x / 2, bit)
    }

    fn line(&mut self, series: usize, from: (f64, f64), to: (f64, f64)) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().max(1.0);
        for step in 0..=steps as usize {
            let part = step as f64 / steps;
            let (cell, bit) = Canvas::cell((from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part));
            self.dots[cell] = (self.dots[cell].0 | bit, series);
        }
    }

    fn sign(&mut self, series: usize, at: (f64, f64)) {
        self.signs[Canvas::cell(at).0] = Some(series);
    }

    fn row(&self, text: &mut String, row: usize) {
        let mut line = String::new();
        for cell in row * COLUMNS..(row + 1) * COLUMNS {
            let (dots, owner) = self.dots[cell];
            let (c, series) = match self.signs[cell] {
                Some(series) => (SIGNS[series % SIGNS.len()], series),
                None if dots == 0 => (' ', owner),
                None => (char::from_u32(0x2800 + dots).unwrap_or(' '), owner),
            };
            if c == ' ' {
                line.push(c);
            } else {
                let style = style(series);
                let _ = write!(line, "{style}{c}{style:#}");
            }
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}
