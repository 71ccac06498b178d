//! A lane's bars in cells.

use super::canvas::{Cells, Part};
use crate::axis::Axis;
use crate::rows::Row;

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
            if span.finished {
                cells.put(left + start, '█', Part::Bar(row.probe));
            } else {
                cells.put(left + start, CUT, Part::Cut(row.probe));
            }
        } else {
            bar(cells, left + start, end - start, span.item, row.probe, span.finished);
        }
        free = free.max(end);
    }
}

/// A bar of so many cells: half of the last one stays free, so that the next does not run into it.
fn bar(cells: &mut Cells, at: usize, width: usize, item: u64, probe: usize, finished: bool) {
    let (body, last, part) = if finished { ('█', '▌', Part::Bar(probe)) } else { ('░', CUT, Part::Cut(probe)) };
    (0..width - 1).for_each(|cell| cells.put(at + cell, body, part));
    cells.put(at + width - 1, last, part);
    let item = item.to_string();
    if item.len() < width {
        let part = if finished { Part::Item(probe) } else { part };
        cells.write(at + (width - item.len()) / 2, &item, part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use verdict::Span;

    fn drawn(spans: &[(u64, u64, u64, bool)], to: u64, width: usize) -> String {
        let spans: Vec<_> = spans
            .iter()
            .map(|&(item, start, end, finished)| Span { probe: "work".into(), item, lane: 0, start, end, finished })
            .collect();
        let row = Row { label: String::new(), probe: 0, spans: spans.iter().collect(), y: 0.0 };
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
