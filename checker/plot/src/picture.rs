//! The whole picture: a panel for each figure, one under the other.

use crate::{bars, lines};
use measure::Table;
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;

/// Where a panel is drawn.
pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const WIDTH: u32 = 720;
/// The height of a chart with axes.
const CHART: u32 = 320;
/// Above the first panel.
const HEADING: u32 = 40;

/// What text is written in.
pub(crate) const FONT: &str = "sans-serif";
pub(crate) const INK: RGBColor = RGBColor(51, 51, 51);
pub(crate) const GRID: RGBColor = RGBColor(221, 221, 221);
/// As the backend writes these two, and what they become: the colour of the text around the picture, so that it reads on
/// light and on dark ground.
const OF_THE_TEXT: [(&str, &str); 4] = [
    ("fill=\"#333333\"", "fill=\"currentColor\""),
    ("stroke=\"#333333\"", "stroke=\"currentColor\""),
    ("opacity=\"1\" stroke=\"#DDDDDD\"", "opacity=\"0.18\" stroke=\"currentColor\""),
    ("<svg ", "<svg role=\"img\" class=\"benchmark\" "),
];
/// For a picture that is opened by itself: a page that it stands in takes this line out.
const STYLE: &str = "<style class=\"standalone\">svg.benchmark{color-scheme:light dark;color:#1f2328}\
     @media(prefers-color-scheme:dark){svg.benchmark{color:#d1d7e0}}</style>\n";
/// Told apart by those who do not see all colours (Okabe and Ito).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

pub(crate) fn colour(series: usize) -> RGBColor {
    COLOURS[series % COLOURS.len()]
}

/// One panel.
enum Panel<'a> {
    /// A column over x.
    Lines(&'a Table, usize),
    /// The first column of each row.
    Bars(&'a Table),
}

impl Panel<'_> {
    fn height(&self) -> u32 {
        match self {
            Panel::Lines(..) => CHART,
            Panel::Bars(table) => bars::height(table),
        }
    }
}

/// Draws the tables.
pub(crate) fn of(tables: &[Table], title: &str) -> Result<String, Box<dyn Error>> {
    let panels: Vec<Panel<'_>> = tables
        .iter()
        .flat_map(|table| match table.plot {
            Some(_) => (0..table.columns.len()).map(|column| Panel::Lines(table, column)).collect(),
            None => vec![Panel::Bars(table)],
        })
        .collect();
    let height = HEADING + panels.iter().map(Panel::height).sum::<u32>();
    let mut picture = String::new();
    {
        let root = SVGBackend::with_string(&mut picture, (WIDTH, height)).into_drawing_area();
        root.draw_text(title, &(FONT, 21).into_text_style(&root).color(&INK), (16, 14))?;
        let mut top = HEADING;
        for panel in &panels {
            let area = root.clone().shrink((0, top), (WIDTH, panel.height()));
            match panel {
                Panel::Lines(table, column) => lines::draw(&area, table, *column)?,
                Panel::Bars(table) => bars::draw(&area, table)?,
            }
            top += panel.height();
        }
        root.present()?;
    }
    Ok(titled(&picture, title, &description(tables)))
}

/// With what it shows in words, for those who cannot see it.
fn titled(picture: &str, title: &str, description: &str) -> String {
    let words = format!("<title>{}</title>\n<desc>{}</desc>\n{STYLE}", escape(title), escape(description));
    let picture = OF_THE_TEXT.iter().fold(picture.to_owned(), |picture, (from, to)| picture.replace(from, to));
    let end = picture.find("<svg").and_then(|from| picture[from..].find('>').map(|end| from + end + 1));
    let (head, rest) = picture.split_at(end.unwrap_or(0));
    format!("{head}\n{words}{}\n", rest.trim_start().trim_end())
}

/// Each table as a sentence: its title, and its medians.
fn description(tables: &[Table]) -> String {
    let mut text = String::new();
    for table in tables {
        text += &format!("{}:", table.title);
        for (index, row) in table.rows.iter().enumerate() {
            let x = match (&table.plot, row.x) {
                (Some(plot), Some(x)) => format!(" at {} = {x}", plot.x),
                _ => String::new(),
            };
            let values: Vec<String> = (table.columns.iter().zip(&row.values))
                .map(|(column, value)| format!("{} {} {}", column.name, short(value.median), column.unit))
                .collect();
            text += &format!("{} {}{x} {}", if index == 0 { "" } else { "," }, row.name, values.join(" and "));
        }
        text += ". ";
    }
    text.trim_end().to_owned()
}

/// A figure of three digits.
pub(crate) fn short(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 || value.fract() == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 0.01 || size == 0.0 => 2,
        _ => return format!("{value:.1e}"),
    };
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, digits) = whole.split_at(whole.len() - whole.trim_start_matches('-').len());
    let mut grouped = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The distance of two ticks, so that there are at most six: 1, 2 or 5 of some power of ten.
pub(crate) fn step(greatest: f64) -> f64 {
    let least = greatest / 6.0;
    if least <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|of| of * power).into_iter().find(|step| *step >= least).unwrap_or(10.0 * power)
}
