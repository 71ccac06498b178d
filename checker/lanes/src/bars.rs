//! The lanes' bars.

use super::axis::Axis;
use super::rows::{BAR, Row, Rows};
use super::svg::{escape, number};
use super::{COLOURS, MARK};

/// Left free after each bar, so that one does not run into the next.
const SEAM: f64 = 1.0;
/// No bar is narrower: one that takes no time is seen, too.
const NARROWEST: f64 = 1.5;
/// Between the lines of a hatching.
const HATCH: f64 = 6.0;

/// About the width of a letter of what a task waits for.
const LETTER: f64 = 5.9;
/// About the width of a digit in a bar.
const DIGIT: f64 = 6.4;

/// A bar's place, with the item that it is the run of; a bar of several runs too short to tell apart has none.
struct Bar {
    item: Option<u64>,
    start: f64,
    end: f64,
    finished: bool,
}

/// Draws rows from `top` on. The last mark is at `mark`.
pub(super) fn draw(out: &mut String, rows: &Rows<'_>, axis: &Axis, top: f64, mark: f64) {
    out.push_str("<g class=\"labels\" fill=\"currentColor\" text-anchor=\"end\">\n");
    for row in rows.rows.iter().filter(|row| !row.label.is_empty()) {
        let (x, y) = (number(axis.left - 8.0), number(top + row.y + 13.0));
        line!(out, "<text x=\"{x}\" y=\"{y}\">{}</text>", escape(&row.label));
    }
    out.push_str("</g>\n");
    for probe in 0..rows.probes.len() {
        let colour = COLOURS[probe % COLOURS.len()];
        let drawn: Vec<_> =
            rows.rows.iter().filter(|row| row.probe == probe).map(|row| (top + row.y, bars(row, axis))).collect();
        line!(out, "<g class=\"bars probe-{}\" fill=\"{colour}\" stroke=\"{colour}\">", probe + 1);
        for (y, bars) in &drawn {
            bars.iter().for_each(|bar| outline(out, bar, *y));
        }
        out.push_str("</g>\n<g class=\"items\" fill=\"#fff\" font-size=\"11\" text-anchor=\"middle\">\n");
        labels(out, &drawn, true);
        labels(out, &drawn, false);
        out.push_str("</g>\n");
    }
    draw_left(out, rows, axis, top, mark);
    if rows.hidden > 0 {
        let y = number(top + rows.height() + 12.0);
        let (x, hidden) = (number(axis.right), rows.hidden);
        line!(
            out,
            "<text class=\"labels\" x=\"{x}\" y=\"{y}\" fill=\"currentColor\" text-anchor=\"end\">and {hidden} more</text>"
        );
    }
}

/// Where a task waits that was left: a dashed line to the end of the picture, and in it, where.
fn draw_left(out: &mut String, rows: &Rows<'_>, axis: &Axis, top: f64, mark: f64) {
    let left: Vec<_> = rows.rows.iter().filter_map(|row| Some((row, row.left?, row.left_since()?))).collect();
    if left.is_empty() {
        return;
    }
    out.push_str("<g class=\"left\" fill=\"currentColor\" font-size=\"11\">\n");
    for (row, left, since) in left {
        let (middle, from) = (top + row.y + BAR / 2.0, axis.x(since) + 2.0);
        // Behind the last mark, whose line would run through the words, unless there is more room before.
        let most = |from: f64| ((axis.right - from - 24.0) / LETTER).max(0.0) as usize;
        let behind = from.max(mark);
        let text = 10.0 + if most(behind) >= left.waits.chars().count() { behind } else { from };
        let words = cut(&left.waits, most(text - 10.0));
        let (x, y, right) = (number(from), number(middle), number(axis.right));
        let mut line = String::new();
        let mut rest = from;
        if !words.is_empty() {
            line.push_str(&format!("M{x} {y}H{}", number(text - 3.0)));
            line!(out, "<text x=\"{}\" y=\"{}\">{}</text>", number(text), number(middle + 4.0), escape(&words));
            rest = text + 4.0 + words.chars().count() as f64 * LETTER;
        }
        if rest < axis.right {
            line.push_str(&format!("M{} {y}H{right}", number(rest)));
        }
        line!(out, "<path d=\"{line}\" stroke=\"{MARK}\" stroke-width=\"1.5\" stroke-dasharray=\"2 3\"/>");
    }
    out.push_str("</g>\n");
}

/// Words in so many characters; none, where only a few of them fit.
pub(super) fn cut(words: &str, most: usize) -> String {
    match words.chars().count() {
        count if count <= most => words.into(),
        _ if most < 8 => String::new(),
        _ => words.chars().take(most - 1).chain(['…']).collect(),
    }
}

/// A row's bars, from the left.
fn bars(row: &Row<'_>, axis: &Axis) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for span in &row.spans {
        let start = axis.x(span.start);
        let end = axis.x(span.end).max(start + NARROWEST);
        match bars.last_mut() {
            // Too narrow to tell apart: one bar for all.
            Some(last) if last.finished && span.finished && narrow(last, start, end) => {
                (last.item, last.end) = (None, end.max(last.end));
            }
            _ => bars.push(Bar { item: Some(span.item), start, end, finished: span.finished }),
        }
    }
    bars
}

fn narrow(last: &Bar, start: f64, end: f64) -> bool {
    let wide = 2.5 * NARROWEST;
    start - last.end < NARROWEST / 2.0 && end - start < wide && (last.item.is_none() || last.end - last.start < wide)
}

fn outline(out: &mut String, bar: &Bar, y: f64) {
    let width = (bar.end - bar.start - SEAM).max(NARROWEST - 0.5);
    if bar.finished {
        let (x, y, width, height) = (number(bar.start), number(y), number(width), number(BAR));
        line!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"2\" stroke=\"none\"/>");
        return;
    }
    // The outline's half stays inside.
    let (left, width) = (bar.start + 0.5, (width - 1.0).max(0.5));
    let (x, top, width_text, height) = (number(left), number(y + 0.5), number(width), number(BAR - 1.0));
    line!(
        out,
        "<rect x=\"{x}\" y=\"{top}\" width=\"{width_text}\" height=\"{height}\" rx=\"2\" fill-opacity=\".12\"/>"
    );
    let hatching = hatching(left, y + 0.5, width, BAR - 1.0);
    if !hatching.is_empty() {
        line!(out, "<path d=\"{hatching}\" fill=\"none\" stroke-opacity=\".6\"/>");
    }
}

/// Slanting lines, cut off at the edges: a pattern would need an id.
fn hatching(x: f64, y: f64, width: f64, height: f64) -> String {
    let mut path = String::new();
    let mut foot = HATCH;
    while foot < width + height {
        // The points of the line x + y = foot that lie inside, x from left to right.
        let (right, left) = (foot.min(width), (foot - height).max(0.0));
        let place = |along: f64| format!("{} {}", number(x + along), number(y + foot - along));
        path.push_str(&format!("M{}L{}", place(left), place(right)));
        foot += HATCH;
    }
    path
}

/// The items of rows, in one element: each digit has its own place. An element each would be words to a search
/// index, and the page of a picture be found by every number in it.
fn labels(out: &mut String, rows: &[(f64, Vec<Bar>)], finished: bool) {
    let (mut across, mut down, mut digits) = (Vec::new(), Vec::new(), String::new());
    for (y, bar) in rows.iter().flat_map(|(y, bars)| bars.iter().map(move |bar| (y, bar))) {
        let Some(item) = bar.item.filter(|_| bar.finished == finished).map(|item| item.to_string()) else { continue };
        let width = item.len() as f64 * DIGIT;
        if width + 3.0 <= bar.end - bar.start - SEAM {
            let first = (bar.start + bar.end - SEAM - width + DIGIT) / 2.0;
            across.extend((0..item.len()).map(|digit| number(first + digit as f64 * DIGIT)));
            down.extend((0..item.len()).map(|_| number(y + 12.5)));
            digits.push_str(&item);
        }
    }
    if !digits.is_empty() {
        let ground = if finished { "" } else { " fill=\"currentColor\"" };
        line!(out, "<text x=\"{}\" y=\"{}\"{ground}>{digits}</text>", across.join(" "), down.join(" "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stand_in_the_middle_of_their_bars() {
        let bar = |item, start, end, finished| Bar { item, start, end, finished };
        let upper =
            vec![bar(Some(7), 0.0, 21.0, true), bar(Some(42), 21.0, 42.0, true), bar(Some(1000), 42.0, 63.0, true)];
        let lower = vec![bar(None, 63.0, 90.0, true), bar(Some(8), 90.0, 111.0, false), bar(Some(9), 0.0, 21.0, true)];
        let rows = [(0.0, upper), (20.0, lower)];
        let mut out = String::new();
        labels(&mut out, &rows, true);
        labels(&mut out, &rows, false);
        let expected = "<text x=\"10 27.8 34.2 10\" y=\"12.5 12.5 12.5 32.5\">7429</text>\n\
                        <text x=\"100\" y=\"32.5\" fill=\"currentColor\">8</text>\n";
        assert_eq!(out, expected);
    }

    #[test]
    fn hatching_stays_in_its_bar() {
        for (width, height) in [(3.0, 16.0), (50.0, 16.0), (16.0, 16.0)] {
            let path = hatching(10.0, 20.0, width, height);
            for place in path.split(['M', 'L']).filter(|place| !place.is_empty()) {
                let (x, y) = place.split_once(' ').expect("two coordinates");
                let (x, y): (f64, f64) = (x.parse().expect("x"), y.parse().expect("y"));
                assert!((10.0..=10.0 + width).contains(&x) && (20.0..=20.0 + height).contains(&y), "{path}");
            }
        }
    }
}
