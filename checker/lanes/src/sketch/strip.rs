//! A lane's bars in cells.

use super::canvas::{Cells, Part};
use crate::axis::Axis;
use crate::bars::cut;
use crate::rows::Row;
use verdict::Span;

/// How a run ends that was cut short.
const CUT: char = '×';

/// Draws the bars of a row from the column `left` on. The axis counts cells.
pub(super) fn draw(cells: &mut Cells, row: &Row<'_>, axis: &Axis, left: usize) {
    // How far the row is drawn.
    let mut free = 0;
    for span in &row.spans {
        let end = axis.x(span.end).round() as usize;
        let start = match axis.x(span.start).round() as usize {
            start if start < end => start,
            _ => (axis.x(span.start) as usize).min((axis.right as usize).saturating_sub(1)),
        };
        let end = end.max(start + 1);
        if start < free {
            // Too short to tell apart: one block for all.
            if span.finished || span.end > axis.to {
                cells.put(left + start, '█', Part::Bar(row.probe));
            } else {
                cells.put(left + start, CUT, Part::Cut(row.probe));
            }
        } else {
            bar(cells, left + start, end - start, span, row.probe, axis.to);
        }
        free = free.max(end);
    }
    waiting(cells, row, axis, left);
}

/// A bar of so many cells: half of the last one stays free, so that the next does not run into it.
fn bar(cells: &mut Cells, at: usize, width: usize, span: &Span, probe: usize, to: u64) {
    let finished = span.finished;
    let (body, last, part) = match finished {
        true => ('█', '▌', Part::Bar(probe)),
        // It goes on after the picture's end.
        false if span.end > to => ('░', '░', Part::Cut(probe)),
        false => ('░', CUT, Part::Cut(probe)),
    };
    (0..width - 1).for_each(|cell| cells.put(at + cell, body, part));
    cells.put(at + width - 1, last, part);
    let item = span.item.to_string();
    if item.len() < width {
        let part = if finished { Part::Item(probe) } else { part };
        cells.write(at + (width - item.len()) / 2, &item, part);
    }
}

/// Where a task waits that was left: a dashed line to the end, and in it, where.
fn waiting(cells: &mut Cells, row: &Row<'_>, axis: &Axis, left: usize) {
    let (Some(task), Some(since)) = (row.left, row.left_since()) else { return };
    let (from, to) = (axis.x(since).round() as usize, axis.right as usize);
    (from..to).for_each(|at| cells.put(left + at, '┄', Part::Left));
    let words = cut(&task.waits, to.saturating_sub(from + 2));
    if !words.is_empty() {
        cells.write(left + from + 1, &format!(" {words} "), Part::Left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(spans: &[(u64, u64, u64, bool)], to: u64, width: usize) -> String {
        let spans: Vec<_> = spans
            .iter()
            .map(|&(item, start, end, finished)| Span { probe: "work".into(), item, lane: 0, start, end, finished })
            .collect();
        let row = Row::new(String::new(), 0, spans.iter().collect());
        let mut cells = Cells::blank(width);
        draw(&mut cells, &row, &Axis { from: 0, to, left: 0.0, right: width as f64 }, 0);
        cells.pieces().into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn numbers_stand_where_they_fit() {
        let runs = [(1, 0, 10, true), (12, 10, 20, true), (123, 20, 30, true), (4, 40, 50, true)];
        assert_eq!(drawn(&runs, 50, 25), "██1█▌█12█▌█123▌     ██4█▌");
        assert_eq!(drawn(&runs, 50, 15), "█1▌12▌██▌   █4▌");
        assert_eq!(drawn(&runs, 50, 10), "1▌█▌█▌  4▌");
        assert_eq!(drawn(&runs, 50, 5), "▌▌▌ ▌");
    }

    #[test]
    fn what_is_cut_short_is_seen_at_any_width() {
        let runs = [(1, 0, 10, true), (12, 10, 30, false)];
        assert_eq!(drawn(&runs, 30, 12), "█1█▌░░░12░░×");
        assert_eq!(drawn(&runs, 30, 3), "▌░×");
        assert_eq!(drawn(&runs, 30, 1), "×");
    }

    #[test]
    fn runs_too_short_to_tell_apart_are_one_block() {
        let runs: Vec<_> = (0..100).map(|n| (n, n, n + 1, true)).collect();
        assert_eq!(drawn(&runs, 200, 20), "██████████");
        assert_eq!(drawn(&[(7, 100, 100, true)], 100, 4), "   ▌");
    }
}
