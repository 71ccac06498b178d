//! Points as a picture.
//!
//! Written by hand: six circles, a line and two axes need no library, and the places are exact.

use crate::Point;
use std::fmt::Write;

/// The picture and the plot inside it, in pixels.
const SIZE: (f64, f64) = (640.0, 360.0);
const LEFT: f64 = 70.0;
const RIGHT: f64 = 610.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 300.0;

// ANCHOR: plot
/// Throughput over width, as SVG.
pub fn plot(points: &[Point]) -> String {
    let mut points: Vec<&Point> = points.iter().collect();
    points.sort_by_key(|point| point.width);
    let doublings = |point: &Point| (point.width as f64).log2();
    let first = points.first().map_or(0.0, |point| doublings(point));
    let last = points.last().map_or(0.0, |point| doublings(point));
    let span = (last - first).max(1.0);
    let top = points.iter().map(|point| point.throughput).fold(1.0, f64::max);
    let x = |point: &Point| LEFT + (RIGHT - LEFT) * (doublings(point) - first) / span;
    let y = |throughput: f64| BOTTOM - (BOTTOM - TOP) * throughput / top;
    // ANCHOR_END: plot

    let (width, height) = SIZE;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">
<title>Throughput by width</title>
<rect width="{width}" height="{height}" fill="white"/>
<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="#333"/>
<text x="{LEFT}" y="20" text-anchor="middle">items/s</text>
<text x="{}" y="{}" text-anchor="middle">items in flight</text>
"##,
        (LEFT + RIGHT) / 2.0,
        height - 12.0,
    );
    let mut line = String::new();
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (at, label) = (y(top * part), top * part);
        let _ = writeln!(svg, r##"<path d="M{LEFT} {at}H{RIGHT}" stroke="#ddd"/>"##);
        let (x, y) = (LEFT - 8.0, at + 4.0);
        let _ = writeln!(svg, r#"<text x="{x}" y="{y}" text-anchor="end">{label:.0}</text>"#);
    }
    for point in &points {
        let (x, y) = (x(point), y(point.throughput));
        let _ = write!(line, "{x:.1},{y:.1} ");
        let _ = writeln!(svg, r##"<circle cx="{x:.1}" cy="{y:.1}" r="4" fill="#0072b2"/>"##);
        let _ = writeln!(svg, r#"<text x="{x:.1}" y="{}" text-anchor="middle">{}</text>"#, BOTTOM + 20.0, point.width);
    }
    let _ =
        writeln!(svg, r##"<polyline points="{}" fill="none" stroke="#0072b2" stroke-width="2"/>"##, line.trim_end());
    svg + "</svg>\n"
}
