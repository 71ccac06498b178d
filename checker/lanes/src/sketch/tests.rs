//! Whole sketches, as a terminal shows them.

use super::*;

fn span(item: u64, lane: usize, start: u64, end: u64) -> Span {
    Span { probe: "work".into(), item, lane, start, end, finished: true }
}

/// Eight workers, each run a millisecond.
fn fan_out(items: u64) -> Vec<Span> {
    (0..items).map(|n| span(n + 1, n as usize % 8, n / 8 * 1000, (n / 8 + 1) * 1000)).collect()
}

fn mark(at: u64, label: &str) -> Mark {
    Mark { at, label: label.into() }
}

fn sketched(spans: &[Span], options: &Options, width: usize, height: usize) -> String {
    let lines = sketch(spans, options, width, height);
    assert!(lines.len() <= height, "{} lines in {height}", lines.len());
    for line in &lines {
        assert!(line.chars().count() <= width, "wider than {width}: {line}");
    }
    lines.join("\n")
}

#[test]
fn a_fan_out() {
    let options = Options { window: Some((0, 20_000)), bound: Some(8), ..Options::default() };
    insta::assert_snapshot!(sketched(&fan_out(1000), &options, 80, 24));
}

#[test]
fn a_broken_bound() {
    let mut spans = fan_out(64);
    spans.push(span(65, 8, 3400, 4400));
    let marks = vec![mark(3400, "9 in flight, bound 8")];
    let options = Options { bound: Some(8), marks, ..Options::default() };
    insta::assert_snapshot!(sketched(&spans, &options, 80, 24));
}

#[test]
fn a_cancelled_one() {
    let mut spans = fan_out(20);
    for span in spans.iter_mut().filter(|span| span.end > 2500) {
        (span.end, span.finished) = (2500, false);
    }
    let options = Options { marks: vec![mark(2500, "cancelled")], ..Options::default() };
    insta::assert_snapshot!(sketched(&spans, &options, 80, 24));
}

#[test]
fn several_stages() {
    let stage = |name: &str, n: u64, at: u64| Span { probe: name.into(), ..span(n, 0, at, at + 1000) };
    let spans: Vec<_> =
        (0..10).flat_map(|n| [stage("fetch", n, n * 1000), stage("parse", n, n * 1000 + 1000)]).collect();
    insta::assert_snapshot!(sketched(&spans, &Options::default(), 60, 12));
}

#[test]
fn any_size_is_kept_to() {
    let options = Options {
        window: Some((0, 20_000)),
        bound: Some(4),
        marks: vec![
            mark(0, "begins"),
            mark(19_999, "a label that is long"),
            mark(20_000, "ends"),
            mark(99_999, "after"),
        ],
        ..Options::default()
    };
    for spans in [fan_out(1000), Vec::new(), vec![span(u64::MAX, 0, 5, 5)]] {
        for width in (0..=30).chain([80, 200]) {
            for height in 0..=30 {
                sketched(&spans, &options, width, height);
            }
        }
    }
}

#[test]
fn lanes_left_out_are_counted() {
    let text = sketched(&fan_out(80), &Options::default(), 60, 8);
    assert!(text.contains("… 4 more lanes"), "{text}");
}

#[test]
fn pieces_say_what_they_are() {
    let lines = pieces(&[span(7, 0, 0, 1000)], &Options::default(), 40, 10);
    let piece = |part, text: &str| Piece { part, text: text.into() };
    assert_eq!(lines[0][1], piece(Part::Bar(0), "█████████████"), "{lines:?}");
    assert_eq!(lines[0][2], piece(Part::Item(0), "7"), "{lines:?}");
}
