//! How many runs were in flight, over time.

use super::axis::Axis;
use super::svg::{escape, number};
use super::{COLOURS, Level, Options};
use std::collections::BTreeMap;
use verdict::Span;

/// Draws the chart between two heights, one curve a probe.
pub(super) fn draw(
    out: &mut String,
    spans: &[Span],
    probes: &[&str],
    axis: &Axis,
    (top, bottom): (f64, f64),
    options: &Options,
) {
    let curves: Vec<_> = probes.iter().map(|probe| curve(spans, probe, axis)).collect();
    // One line for all: the strictest.
    let bound = probes.iter().filter_map(|probe| options.bound_of(probe)).min().or(options.bound);
    let peak = curves.iter().flatten().map(|(_, level)| *level).max().unwrap_or(0);
    let highest = peak.max(bound.unwrap_or(0)).max(1);
    let y = |level: usize| bottom - (bottom - top) * level as f64 / highest as f64;

    out.push_str("<g class=\"flight\">\n");
    for (probe, curve) in curves.iter().enumerate() {
        let colour = COLOURS[probe % COLOURS.len()];
        let (left, right, bottom) = (number(axis.left), number(axis.right), number(bottom));
        let steps: String =
            curve.iter().map(|(at, level)| format!("H{}V{}", number(axis.x(*at)), number(y(*level)))).collect();
        line!(out, "<path d=\"M{left} {bottom}{steps}H{right}V{bottom}\" fill=\"{colour}\" fill-opacity=\".3\"/>");
        line!(
            out,
            "<path d=\"M{left} {bottom}{steps}H{right}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>"
        );
    }
    out.push_str("</g>\n");

    let (left, right, gutter) = (number(axis.left), number(axis.right), number(axis.left - 8.0));
    let dashed = bound.map_or_else(String::new, |bound| format!(" (dashed: the bound, {bound})"));
    out.push_str("<g class=\"labels\" fill=\"currentColor\">\n");
    line!(out, "<text x=\"{left}\" y=\"{}\">in flight{dashed}</text>", number(top - 7.0));
    let mut free = f64::MAX;
    for level in [0, peak, bound.unwrap_or(peak)] {
        // From below; one that would run into the one before stays away.
        if y(level) < free - 12.0 || free == f64::MAX {
            free = y(level);
            line!(out, "<text x=\"{gutter}\" y=\"{}\" text-anchor=\"end\">{level}</text>", number(free + 4.0));
        }
    }
    out.push_str("</g>\n");
    if let Some(bound) = bound {
        let y = number(y(bound));
        line!(
            out,
            "<path class=\"bound\" d=\"M{left} {y}H{right}\" stroke=\"currentColor\" stroke-width=\"1.5\" \
             stroke-dasharray=\"6 4\"/>"
        );
    }
}

/// Draws a level between two heights.
pub(super) fn draw_level(out: &mut String, level: &Level, colour: usize, axis: &Axis, (top, bottom): (f64, f64)) {
    let curve = within(&level.curve, axis);
    let peak = curve.iter().map(|(_, level)| *level).max().unwrap_or(0);
    let y = |level: usize| number(bottom - (bottom - top) * level as f64 / peak.max(1) as f64);
    let steps: String = curve.iter().map(|(at, level)| format!("H{}V{}", number(axis.x(*at)), y(*level))).collect();
    let colour = COLOURS[colour % COLOURS.len()];
    let (left, right, low) = (number(axis.left), number(axis.right), number(bottom));
    out.push_str("<g class=\"level\">\n");
    line!(out, "<path d=\"M{left} {low}{steps}H{right}V{low}\" fill=\"{colour}\" fill-opacity=\".3\"/>");
    line!(out, "<path d=\"M{left} {low}{steps}H{right}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>");
    out.push_str("</g>\n<g class=\"labels\" fill=\"currentColor\">\n");
    line!(out, "<text x=\"{left}\" y=\"{}\">{}</text>", number(top - 7.0), escape(&level.name));
    let gutter = number(axis.left - 8.0);
    for (y, level) in [(bottom, 0), (top, peak)].into_iter().take(1 + usize::from(peak > 0)) {
        line!(out, "<text x=\"{gutter}\" y=\"{}\" text-anchor=\"end\">{level}</text>", number(y + 4.0));
    }
    out.push_str("</g>\n");
}

/// The moments in the window from which on a level was so much, the window's beginning first.
pub(super) fn within(level: &[(u64, usize)], axis: &Axis) -> Vec<(u64, usize)> {
    let mut curve = vec![(axis.from, 0)];
    for &(at, level) in level {
        match curve.last_mut() {
            Some(first) if at <= axis.from => first.1 = level,
            Some(last) if at < axis.to && last.1 != level => curve.push((at, level)),
            _ => {}
        }
    }
    curve
}

/// The probes' names, in their order of appearance.
pub(super) fn probes(spans: &[Span]) -> Vec<&str> {
    let mut probes: Vec<&str> = Vec::new();
    for span in spans {
        if !probes.contains(&span.probe.as_str()) {
            probes.push(&span.probe);
        }
    }
    probes
}

/// The moments in the window from which on so many runs of a probe were in flight, the window's beginning first.
pub(super) fn curve(spans: &[Span], probe: &str, axis: &Axis) -> Vec<(u64, usize)> {
    // A run that ends and one that starts at one instant were never in flight together.
    let mut changes: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for span in spans.iter().filter(|span| span.probe == probe && span.start < span.end) {
        changes.entry(span.start).or_default().0 += 1;
        changes.entry(span.end).or_default().1 += 1;
    }
    let mut level = 0;
    let levels: Vec<_> = changes
        .into_iter()
        .map(|(at, (starts, ends))| {
            level = level + starts - ends;
            (at, level)
        })
        .collect();
    within(&levels, axis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_counts_runs_at_every_moment() {
        let span = |start, end| Span { probe: "work".into(), item: 0, lane: 0, start, end, finished: true };
        let spans = [span(0, 10), span(5, 20), span(10, 15), span(12, 12), span(30, 40)];
        let axis = |from, to| Axis { from, to, left: 0.0, right: 1.0 };
        assert_eq!(curve(&spans, "work", &axis(0, 50)), [(0, 1), (5, 2), (15, 1), (20, 0), (30, 1), (40, 0)]);
        assert_eq!(curve(&spans, "work", &axis(7, 20)), [(7, 2), (15, 1)]);
        assert_eq!(curve(&spans, "work", &axis(41, 50)), [(41, 0)]);
        assert_eq!(curve(&spans, "other", &axis(0, 50)), [(0, 0)]);
    }
}
