//! Drawn by a library: `plotters`, with its SVG backend and an axis that already counts doublings.

use crate::Point;
use plotters::prelude::*;

pub fn plot(points: &[Point]) -> String {
    let mut svg = String::new();
    draw(&mut svg, points).expect("drawing into a string does not fail");
    svg.replacen("<rect", "<title>Throughput by width</title>\n<rect", 1)
}

fn draw(svg: &mut String, points: &[Point]) -> Result<(), Box<dyn std::error::Error>> {
    let x = |point: &Point| (point.width as f64).log2();
    let last = points.iter().map(x).fold(1.0, f64::max);
    let top = points.iter().map(|point| point.throughput).fold(1.0, f64::max);
    let area = SVGBackend::with_string(svg, (640, 360)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(20)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(-0.2..last + 0.2, 0.0..top * 1.1)?;
    chart.configure_mesh().disable_x_mesh().x_labels(0).x_desc("items in flight").y_desc("items/s").draw()?;
    let style = ("sans-serif", 13).into_font();
    chart.draw_series(points.iter().map(|point| {
        EmptyElement::at((x(point), point.throughput))
            + Circle::new((0, 0), 4, BLUE.filled())
            + Text::new(point.width.to_string(), (0, 10), style.clone())
    }))?;
    area.present()?;
    drop(chart);
    drop(area);
    Ok(())
}
