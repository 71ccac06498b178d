//! A figure over x: a line and its points for each series, with the rounds' spread.

use crate::axis::Axis;
use crate::picture::{Area, FONT, GRID, INK, colour, short, step};
use measure::{Row, Table};
use plotters::prelude::*;
use std::error::Error;

/// Draws one column of a table whose rows have an x.
pub(crate) fn draw(area: &Area<'_>, table: &Table, column: usize) -> Result<(), Box<dyn Error>> {
    let Some(plot) = &table.plot else { return Ok(()) };
    let place = |row: &Row| row.x.map(|x| plot.scale.place(x)).filter(|x| x.is_finite());
    let mut ticks: Vec<(f64, f64)> = table.rows.iter().filter_map(|row| Some((place(row)?, row.x?))).collect();
    ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
    ticks.dedup();
    let (Some((first, _)), Some((last, _))) = (ticks.first(), ticks.last()) else { return Ok(()) };
    let margin = ((last - first) * 0.04).max(0.1);
    let greatest = table.rows.iter().map(|row| row.values[column].greatest).fold(0.0, f64::max);
    let step = step(greatest);
    let top = step * (greatest / step).ceil().max(1.0);
    let levels: Vec<f64> = (0..=(top / step).round() as usize).map(|tick| step * tick as f64).collect();

    let of = &table.columns[column];
    let heading = format!("{}: {}, {}", table.title, of.name, of.unit);
    area.draw_text(&heading, &(FONT, 17).into_text_style(area).color(&INK), (16, 8))?;
    let mut names: Vec<&str> = Vec::new();
    for row in &table.rows {
        if !names.contains(&row.name.as_str()) {
            names.push(&row.name);
        }
    }
    if names.len() > 1 {
        legend(area, &names)?;
    }
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_top(if names.len() > 1 { 58 } else { 38 })
        .margin_right(24)
        .x_label_area_size(38)
        .y_label_area_size(64)
        .build_cartesian_2d(
            Axis { from: first - margin, to: last + margin, ticks: ticks.iter().map(|tick| tick.0).collect() },
            Axis { from: 0.0, to: top * 1.02, ticks: levels },
        )?;
    let named = |place: &f64| {
        let tick = ticks.iter().find(|tick| (tick.0 - place).abs() < 1e-9);
        tick.map_or_else(String::new, |tick| short(tick.1))
    };
    chart
        .configure_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .label_style((FONT, 14).into_font().color(&INK))
        .axis_desc_style((FONT, 15).into_font().color(&INK))
        .x_desc(&plot.x)
        .y_desc(format!("{}, {}", of.name, of.unit))
        .x_label_formatter(&named)
        .y_label_formatter(&|value| short(*value))
        .draw()?;

    for (series, name) in names.iter().enumerate() {
        let ink = colour(series);
        let mut rows: Vec<&Row> = table.rows.iter().filter(|row| row.name == *name && place(row).is_some()).collect();
        rows.sort_by(|a, b| a.x.unwrap_or(0.0).total_cmp(&b.x.unwrap_or(0.0)));
        let at = |row: &&Row, value: f64| (place(row).unwrap_or(0.0), value);
        let whiskers = rows.iter().map(|row| {
            let stat = row.values[column];
            PathElement::new(vec![at(row, stat.least), at(row, stat.greatest)], ink.mix(0.5))
        });
        chart.draw_series(whiskers)?;
        let medians: Vec<(f64, f64)> = rows.iter().map(|row| at(row, row.values[column].median)).collect();
        chart.draw_series(LineSeries::new(medians.clone(), ink.stroke_width(2)))?;
        chart.draw_series(medians.into_iter().map(|point| Circle::new(point, 4, ink.filled())))?;
    }
    Ok(())
}

/// Names the series in a line above the plot, where no point can be hidden.
fn legend(area: &Area<'_>, names: &[&str]) -> Result<(), Box<dyn Error>> {
    let mut left = 76;
    for (series, name) in names.iter().enumerate() {
        let ink = colour(series);
        area.draw(&PathElement::new([(left, 42), (left + 18, 42)], ink.stroke_width(2)))?;
        area.draw(&Circle::new((left + 9, 42), 4, ink.filled()))?;
        area.draw_text(name, &(FONT, 14).into_text_style(area).color(&INK), (left + 24, 36))?;
        left += 48 + 7 * name.chars().count() as i32;
    }
    Ok(())
}
