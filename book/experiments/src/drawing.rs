//! Pictures of what an experiment saw over virtual time: a row for each thing, a bar for each state that it was in.
//!
//! They look like the swim lanes of `checker/lanes`, but a row is no task here. A picture is a function of its input
//! alone; text and lines take the colour of the text around them, and there are no ids.

use std::fmt::Write;

const WIDTH: f64 = 560.0;
const RIGHT: f64 = 16.0;
const LEFT: f64 = 78.0;
const BAR: f64 = 15.0;
const PITCH: f64 = 19.0;
const LINE: f64 = 16.0;
/// About the width of a character.
const CHARACTER: f64 = 6.6;
/// White text reads on each, and each stands out on light and on dark ground.
const COLOURS: [&str; 4] = ["#3b74b0", "#a8620d", "#2e7d5b", "#8055a8"];
const MARK: &str = "#d9480f";
const STYLE: &str = "<style class=\"standalone\">svg.states{color-scheme:light dark;color:#1f2328}\
     @media(prefers-color-scheme:dark){svg.states{color:#d1d7e0}}</style>\n";

/// What is drawn. Times are milliseconds.
pub(crate) struct Drawing {
    pub(crate) title: &'static str,
    /// The states' names, for the legend.
    pub(crate) states: &'static [&'static str],
    pub(crate) rows: Vec<Row>,
    /// Moments to point out.
    pub(crate) marks: Vec<(u64, String)>,
    /// Where the picture ends.
    pub(crate) until: u64,
}

/// A thing, and when it was in which state.
pub(crate) struct Row {
    pub(crate) label: String,
    /// From, to, and the place of the state among the names.
    pub(crate) bars: Vec<(u64, u64, usize)>,
}

/// The picture as an SVG document.
pub(crate) fn draw(drawing: &Drawing) -> String {
    let Drawing { title, states, rows, marks, until } = drawing;
    let x = |at: u64| number(LEFT + (WIDTH - RIGHT - LEFT) * at as f64 / (*until).max(1) as f64);
    let top = 4.0 + LINE * (1 + marks.len()) as f64;
    let bottom = top + PITCH * rows.len() as f64;
    let height = number(bottom + 2.0 * LINE + 6.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"states\" viewBox=\"0 0 {} {height}\" role=\"img\" \
         aria-label=\"{title}\" font-family=\"system-ui,sans-serif\" font-size=\"12\">\n<title>{title}</title>\n{STYLE}",
        number(WIDTH),
    );
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    let mut left = LEFT;
    for (state, name) in states.iter().enumerate() {
        let colour = COLOURS[state % COLOURS.len()];
        line(format!("<rect x=\"{}\" y=\"4\" width=\"11\" height=\"11\" rx=\"2\" fill=\"{colour}\"/>", number(left)));
        line(format!("<text x=\"{}\" y=\"14\" fill=\"currentColor\">{name}</text>", number(left + 16.0)));
        left += 34.0 + CHARACTER * name.chars().count() as f64;
    }
    let step = step(*until);
    for at in (0..=*until).step_by(step as usize) {
        let x = x(at);
        let (from, to) = (number(top), number(bottom));
        line(format!("<path d=\"M{x} {from}V{to}\" stroke=\"currentColor\" stroke-opacity=\".18\"/>"));
        let y = number(bottom + LINE);
        line(format!("<text x=\"{x}\" y=\"{y}\" fill=\"currentColor\" text-anchor=\"middle\">{at}</text>"));
    }
    for (index, row) in rows.iter().enumerate() {
        let y = top + PITCH * index as f64 + (PITCH - BAR) / 2.0;
        let (end, middle) = (number(LEFT - 8.0), number(y + BAR - 3.5));
        let label = &row.label;
        line(format!("<text x=\"{end}\" y=\"{middle}\" fill=\"currentColor\" text-anchor=\"end\">{label}</text>"));
        for (from, to, state) in row.bars.iter().filter(|(from, to, _)| from < to && from < until) {
            let width = (WIDTH - RIGHT - LEFT) * ((*to).min(*until) - from) as f64 / (*until).max(1) as f64;
            line(format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{BAR}\" rx=\"2\" fill=\"{}\"/>",
                x(*from),
                number(y),
                number((width - 1.0).max(1.0)),
                COLOURS[state % COLOURS.len()],
            ));
        }
    }
    for (index, (at, label)) in marks.iter().enumerate() {
        let y = 14.0 + LINE * (index + 1) as f64;
        let (from, to) = (number(y + 4.0), number(bottom));
        let x = x(*at);
        line(format!(
            "<path d=\"M{x} {from}V{to}\" fill=\"none\" stroke=\"{MARK}\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/>"
        ));
        let half = CHARACTER * label.chars().count() as f64 / 2.0;
        let middle = x.parse::<f64>().unwrap_or(LEFT).clamp(half, WIDTH - half);
        line(format!(
            "<text x=\"{}\" y=\"{}\" fill=\"currentColor\" text-anchor=\"middle\">{label}</text>",
            number(middle),
            number(y)
        ));
    }
    let y = number(bottom + 2.0 * LINE + 1.0);
    let x = number(WIDTH - RIGHT);
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{y}\" fill=\"currentColor\" fill-opacity=\".8\" text-anchor=\"end\">ms of virtual time</text>\n</svg>"
    );
    out
}

/// The distance of two ticks: at most ten of them, each 1, 2 or 5 of some power of ten.
fn step(until: u64) -> u64 {
    let least = until.div_ceil(10).max(1);
    let mut power = 1;
    loop {
        if let Some(step) = [1, 2, 5].map(|of| of * power).into_iter().find(|step| *step >= least) {
            return step;
        }
        power *= 10;
    }
}

/// At most one digit after the point.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_stand_in_their_rows_and_what_is_past_the_end_is_cut() {
        let rows = vec![
            Row { label: "0".into(), bars: vec![(0, 10, 0), (10, 30, 1)] },
            Row { label: "1".into(), bars: vec![(5, 5, 0), (25, 30, 0)] },
        ];
        let marks = vec![(10, "a mark".to_owned())];
        let svg = draw(&Drawing { title: "Two", states: &["first", "second"], rows, marks, until: 20 });
        // Two of the legend, two of the first row.
        assert_eq!(svg.matches("<rect").count(), 4, "{svg}");
        assert!(svg.contains("x=\"78\" y=\"38\" width=\"232\""), "{svg}");
        assert!(svg.contains(">a mark</text>") && svg.ends_with("</svg>\n"), "{svg}");
        assert!(!svg.contains(" id="), "{svg}");
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!([7, 10, 11, 75, 130, 1125].map(step), [1, 1, 2, 10, 20, 200]);
    }
}
