//! Side by side.

use crate::code::{Line, Painter, painted, rows, width};
use crate::pair::Pair;
use anstyle::{AnsiColor, Style};
use similar::{DiffOp, TextDiff};
use std::fmt::Write;

/// Lines around a change.
const CONTEXT: usize = 3;

/// What stands between the columns.
const BETWEEN: &str = " │ ";

/// The columns of a line's mark and number.
const GUTTER: usize = 6;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// All files, in `width` columns.
pub(crate) fn all(pairs: &[Pair], width: usize) -> String {
    let painter = Painter::new();
    let column = (width.saturating_sub(3) / 2).max(GUTTER + 20);
    let mut text =
        format!("{BOLD}{:<column$}{BOLD:#}{DIM}{BETWEEN}{DIM:#}{BOLD}the reference solution{BOLD:#}\n", "your code");
    for pair in pairs {
        let _ = writeln!(text, "\n{BOLD}{}{BOLD:#}", pair.path);
        one(&mut text, &painter, pair, column);
    }
    text
}

fn one(text: &mut String, painter: &Painter, pair: &Pair, column: usize) {
    let (own, reference) = pair.texts();
    let (left, right) = (painter.lines(own), painter.lines(reference));
    let diff = TextDiff::from_lines(own, reference);
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            let _ = writeln!(text, "{DIM}{:>1$}{DIM:#}", "…", GUTTER - 1);
        }
        for op in group {
            let same = matches!(op, DiffOp::Equal { .. });
            let (old, new) = (op.old_range(), op.new_range());
            for offset in 0..old.len().max(new.len()) {
                let cell = |range: &std::ops::Range<usize>, lines: &[Line], mark: Mark| {
                    let number = range.start + offset;
                    let line = (number < range.end).then(|| &lines[number]);
                    cell(line, number + 1, if same { Mark::Same } else { mark }, column)
                };
                let cells = (cell(&old, &left, Mark::Own), cell(&new, &right, Mark::Reference));
                beside(text, &cells.0, &cells.1, column);
            }
        }
    }
}

/// Whose a line is.
#[derive(Clone, Copy)]
enum Mark {
    Same,
    Own,
    Reference,
}

/// The rows of a line in its column: its number, and its code; no row where there is no line.
fn cell(line: Option<&Line>, number: usize, mark: Mark, column: usize) -> Vec<Line> {
    let Some(line) = line else { return Vec::new() };
    let (style, mark) = match mark {
        Mark::Same => (DIM, ' '),
        Mark::Own => (AnsiColor::Red.on_default().bold(), '-'),
        Mark::Reference => (AnsiColor::Green.on_default().bold(), '+'),
    };
    let mut rows = rows(line, column - GUTTER);
    for (index, row) in rows.iter_mut().enumerate() {
        let gutter = if index == 0 { format!("{number:>4}{mark} ") } else { " ".repeat(GUTTER) };
        row.insert(0, (style, gutter));
    }
    rows
}

fn beside(text: &mut String, left: &[Line], right: &[Line], column: usize) {
    let none = Line::new();
    for index in 0..left.len().max(right.len()) {
        let (left, right) = (left.get(index).unwrap_or(&none), right.get(index).unwrap_or(&none));
        let space = " ".repeat(column.saturating_sub(width(left)));
        let between = if width(right) == 0 { BETWEEN.trim_end() } else { BETWEEN };
        let _ = writeln!(text, "{}{space}{DIM}{between}{DIM:#}{}", painted(left), painted(right));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_go_together_stand_beside_each_other() {
        let own = Some("fn a() {}\nfn b() {}\n".to_owned());
        let reference = Some(format!("fn a() {{}}\n// {}\nfn c() {{}}\n", "long ".repeat(12)));
        let pair = Pair { path: "src/lib.rs".into(), own, reference };
        let text = anstream::adapter::strip_str(&all(&[pair], 83)).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| textwrap::core::display_width(line) <= 83), "{text}");
        assert!(lines.contains(&format!("{:<40} │    1  fn a() {{}}", "   1  fn a() {}").as_str()), "{text}");
        assert!(
            lines.iter().any(|line| line.starts_with("   2- fn b() {}") && line.contains("   2+ // long")),
            "{text}"
        );
    }
}
