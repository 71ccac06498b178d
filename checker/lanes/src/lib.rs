//! Swim lanes: who worked on what, when, on the virtual clock.
//!
//! One lane a task, or more where it drives several items at once; one bar a run of an item, hatched where the run
//! did not come to its end; below the lanes, how many were in flight. The picture is a function of its input alone,
//! so that it can be compared.
//!
//! It reads on light and on dark ground: text and lines take the colour of the text around them, bars bring
//! their own ground for their labels. It holds no ids, so that any number of pictures may share a page. The
//! classes (`bars`, `items`, `labels`, `grid`, `flight`, `bound`, `mark`) are for a style sheet to change it.

#[macro_use]
mod svg;

mod axis;
mod bars;
mod flight;
mod levels;
mod options;
mod rows;
mod sketch;
mod window;

use axis::Axis;
use rows::Rows;
use svg::number;

pub use options::{Level, Mark, Options};
pub use sketch::{Part, Piece, pieces, sketch};
pub use svg::escape;
use verdict::Span;

/// The picture's width. Its text is set for a column of about this many pixels.
const WIDTH: f64 = 560.0;
/// Right of the plot: half of the last tick's label.
const RIGHT: f64 = 16.0;
/// Between the last lane and the chart of what is in flight, whose heading stands there.
const HEADING: f64 = 26.0;
/// The height of that chart.
const FLIGHT: f64 = 52.0;
/// The height of each chart below it.
const LEVEL: f64 = 36.0;
/// Above everything.
const TOP: f64 = 4.0;
/// A row of text.
const LINE: f64 = 16.0;
/// About the width of a character.
const CHARACTER: f64 = 6.6;
/// The probes' colours, in turn. White text reads on each, and each stands out on light and on dark ground.
const COLOURS: [&str; 4] = ["#3b74b0", "#a8620d", "#2e7d5b", "#8055a8"];
const MARK: &str = "#d9480f";
/// For a picture that is opened by itself: a page that it stands in takes this line out.
const STYLE: &str = "<style class=\"standalone\">svg.swim-lanes{color-scheme:light dark;color:#1f2328}\
     @media(prefers-color-scheme:dark){svg.swim-lanes{color:#d1d7e0}}</style>\n";

/// Draws the swim lanes of a run as an SVG document.
pub fn draw(spans: &[Span], options: &Options) -> String {
    let end = spans.iter().map(|span| span.end).max().unwrap_or(0);
    let (from, to) = options.window.unwrap_or((0, end));
    let to = to.max(from + 1);
    let rows = Rows::of(spans, &options.left, from, to);
    let peaks = options.levels.iter().flat_map(|level| &level.curve).map(|(_, level)| level.to_string().len());
    let longest = rows.rows.iter().map(|row| row.label.chars().count()).chain(peaks).max().unwrap_or(0).max(2);
    let left = (longest as f64 * CHARACTER + 14.0).clamp(34.0, 140.0);
    let axis = Axis { from, to, left, right: WIDTH - RIGHT };

    let marks = placed(&options.marks, &axis);
    let top = TOP + LINE * marks.iter().map(|mark| mark.row + 1).max().unwrap_or(0) as f64;
    let lanes_end = top + rows.height();
    let chart = lanes_end + HEADING;
    let mut charts = vec![(chart, chart + FLIGHT)];
    for _ in &options.levels {
        let top = charts[charts.len() - 1].1 + HEADING;
        charts.push((top, top + LEVEL));
    }
    let bottom = charts[charts.len() - 1].1;
    let height = bottom + 2.0 * LINE + 8.0;

    let title = escape(&options.title);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"swim-lanes\" viewBox=\"0 0 {} {}\" role=\"img\" \
         aria-label=\"{title}\" font-family=\"system-ui,sans-serif\" font-size=\"12\">\n<title>{title}</title>\n{STYLE}",
        number(WIDTH),
        number(height),
    );
    grid(&mut out, &axis, (top, lanes_end), &charts);
    let last = marks.iter().map(|mark| mark.x).fold(axis.left, f64::max);
    bars::draw(&mut out, &rows, &axis, top, last);
    flight::draw(&mut out, spans, &rows.probes, &axis, charts[0], options);
    for (index, (level, place)) in options.levels.iter().zip(&charts[1..]).enumerate() {
        flight::draw_level(&mut out, level, rows.probes.len() + index, &axis, *place);
    }
    draw_marks(&mut out, &marks, (top, bottom));
    footer(&mut out, &axis, bottom, end, rows.rows.iter().any(|row| row.spans.iter().any(|span| !span.finished)));
    out.push_str("</svg>\n");
    out
}

/// Thin lines at the ticks, through the lanes and the chart, and the ticks' labels.
fn grid(out: &mut String, axis: &Axis, lanes: (f64, f64), charts: &[(f64, f64)]) {
    let ticks = axis.ticks();
    out.push_str("<g class=\"grid\" stroke=\"currentColor\" stroke-opacity=\".18\">\n");
    for (at, _) in &ticks {
        let x = number(axis.x(*at));
        for (top, bottom) in std::iter::once(&lanes).chain(charts) {
            line!(out, "<path d=\"M{x} {}V{}\"/>", number(*top), number(*bottom));
        }
    }
    let (left, right) = (number(axis.left), number(axis.right));
    for (_, bottom) in charts {
        line!(out, "<path d=\"M{left} {}H{right}\" stroke-opacity=\".5\"/>", number(*bottom));
    }
    out.push_str("</g>\n");
    let bottom = charts.last().map_or(lanes.1, |chart| chart.1);
    out.push_str("<g class=\"labels\" fill=\"currentColor\" text-anchor=\"middle\">\n");
    for (at, label) in &ticks {
        line!(out, "<text x=\"{}\" y=\"{}\">{label}</text>", number(axis.x(*at)), number(bottom + LINE));
    }
    out.push_str("</g>\n");
}

/// A mark's place: its line, its label's middle and half of its width, and the row in which that runs into no other.
struct Placed<'a> {
    label: &'a str,
    x: f64,
    middle: f64,
    half: f64,
    row: usize,
}

/// The marks in the window.
fn placed<'a>(marks: &'a [Mark], axis: &Axis) -> Vec<Placed<'a>> {
    let mut sorted: Vec<_> = marks.iter().filter(|mark| (axis.from..=axis.to).contains(&mark.at)).collect();
    sorted.sort_by_key(|mark| mark.at);
    let mut ends: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for mark in sorted {
        let (x, half) = (axis.x(mark.at), mark.label.chars().count() as f64 * CHARACTER / 2.0);
        let middle = x.clamp(half, (WIDTH - half).max(half));
        let row = ends.iter().position(|end| *end + 6.0 < middle - half).unwrap_or(ends.len());
        ends.resize(ends.len().max(row + 1), 0.0);
        ends[row] = middle + half;
        placed.push(Placed { label: &mark.label, x, middle, half, row });
    }
    placed
}

fn draw_marks(out: &mut String, marks: &[Placed<'_>], (top, bottom): (f64, f64)) {
    if marks.is_empty() {
        return;
    }
    out.push_str("<g class=\"mark\">\n");
    for mark in marks {
        // From its label down, but not through another's.
        let mut line = String::new();
        let rows = ((top - TOP) / LINE) as usize;
        for row in mark.row + 1..rows {
            if marks.iter().all(|other| other.row != row || (other.middle - mark.x).abs() > other.half + 2.0) {
                let y = TOP + LINE * row as f64;
                line.push_str(&format!("M{} {}v{}", number(mark.x), number(y), number(LINE)));
            }
        }
        line.push_str(&format!("M{} {}V{}", number(mark.x), number(top - 2.0), number(bottom)));
        line!(out, "<path d=\"{line}\" stroke=\"{MARK}\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/>");
        let (x, y) = (number(mark.middle), number(TOP + LINE * mark.row as f64 + 10.0));
        line!(
            out,
            "<text x=\"{x}\" y=\"{y}\" fill=\"currentColor\" text-anchor=\"middle\">{}</text>",
            escape(mark.label)
        );
    }
    out.push_str("</g>\n");
}

/// What the axis counts, what is left out, and what hatching means.
fn footer(out: &mut String, axis: &Axis, bottom: f64, end: u64, hatched: bool) {
    let y = number(bottom + 2.0 * LINE + 1.0);
    let unit = axis.unit();
    let rest = if end > axis.to { format!("; the run ends at {} {unit}", axis.figure(end)) } else { String::new() };
    out.push_str("<g class=\"labels\" fill=\"currentColor\" fill-opacity=\".8\">\n");
    line!(out, "<text x=\"{}\" y=\"{y}\" text-anchor=\"end\">{unit} of virtual time{rest}</text>", number(axis.right));
    if hatched {
        line!(out, "<text x=\"{}\" y=\"{y}\">hatched: cut short</text>", number(axis.left));
    }
    out.push_str("</g>\n");
}
