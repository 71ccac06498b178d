//! Alternatives without an x: a bar for each, with the rounds' spread.

use crate::picture::{Area, FONT, INK, colour, short};
use measure::Table;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;

const BAR: i32 = 30;
const HEADING: i32 = 44;
/// Room for the names, and for the figures right of the bars.
const NAMES: i32 = 190;
const FIGURES: i32 = 150;

/// How high the panel is.
pub(crate) fn height(table: &Table) -> u32 {
    (HEADING + BAR * table.rows.len() as i32 + 12) as u32
}

/// Draws the first column of a table, and the ratios beside it.
pub(crate) fn draw(area: &Area<'_>, table: &Table) -> Result<(), Box<dyn Error>> {
    let width = area.dim_in_pixel().0 as i32;
    let text = |size: i32, at: HPos| (FONT, size).into_font().color(&INK).pos(Pos::new(at, VPos::Center));
    let of = &table.columns[0];
    area.draw_text(&format!("{}: {}, {}", table.title, of.name, of.unit), &text(17, HPos::Left), (16, 18))?;
    let greatest = table.rows.iter().map(|row| row.values[0].greatest).fold(f64::MIN_POSITIVE, f64::max);
    let across = |value: f64| NAMES + (value.max(0.0) / greatest * f64::from(width - NAMES - FIGURES)) as i32;
    for (index, row) in table.rows.iter().enumerate() {
        let middle = HEADING + BAR * index as i32 + BAR / 2;
        let (stat, ink) = (row.values[0], colour(index));
        area.draw_text(&row.name, &text(14, HPos::Right), (NAMES - 8, middle))?;
        let bar = [(NAMES, middle - BAR / 3), (across(stat.median), middle + BAR / 3)];
        area.draw(&Rectangle::new(bar, ink.mix(0.75).filled()))?;
        area.draw(&PathElement::new([(across(stat.least), middle), (across(stat.greatest), middle)], INK))?;
        let ratio = row.ratio.map_or_else(String::new, |ratio| format!("  (× {})", short(ratio.median)));
        let figure = format!("{}{ratio}", short(stat.median));
        area.draw_text(&figure, &text(14, HPos::Left), (across(stat.greatest) + 8, middle))?;
    }
    area.draw(&PathElement::new([(NAMES, HEADING), (NAMES, HEADING + BAR * table.rows.len() as i32)], INK))?;
    Ok(())
}
