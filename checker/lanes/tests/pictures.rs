//! Whole pictures of runs that went well and of runs that did not: as a terminal shows them at 80 × 24, and as SVG.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test -p lanes`, then look at the SVG in a browser.

use lanes::{Options, draw, sketch};
use verdict::{Bound, Kind, Left, Moment, Span, Trace, Verdict};

/// `items` of a millisecond each, dealt to so many workers, the last of them begun before `until`.
fn runs(items: u64, workers: u64, until: u64) -> Vec<Span> {
    let span = |n: u64| Span {
        probe: "work".into(),
        item: n + 1,
        lane: (n % workers) as usize,
        start: n / workers * 1000,
        end: (n / workers + 1) * 1000,
        finished: true,
    };
    (0..items).map(span).filter(|span| span.start < until).collect()
}

fn moment(at: u64, label: &str, finding: bool) -> Moment {
    Moment { at, label: label.into(), finding }
}

fn left(lanes: &[usize], since: u64, waits: &str) -> Left {
    Left { lanes: lanes.into(), since, waits: waits.into() }
}

fn verdict(kind: Kind, spans: Vec<Span>, trace: Trace) -> Verdict {
    Verdict { spans, trace: Box::new(trace), ..Verdict::new(kind, "") }
}

fn eight() -> Vec<Bound> {
    vec![Bound { probe: "work".into(), most: 8 }]
}

fn compare(name: &str, verdict: &Verdict) {
    let options = Options { title: name.replace('_', " "), ..Options::of(verdict) };
    let lines = sketch(&verdict.spans, &options, 80, 24);
    assert!(lines.len() <= 24 && lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
    insta::assert_snapshot!(format!("{name}_in_a_terminal"), lines.join("\n"));
    let svg = draw(&verdict.spans, &options);
    assert!(svg.lines().all(|line| line.starts_with('<')) && !svg.contains(" id="), "{svg}");
    insta::assert_snapshot!(name, svg);
    for _ in 0..20 {
        assert_eq!(draw(&verdict.spans, &options), svg);
    }
}

#[test]
fn a_fan_out_that_passes() {
    let received = (1..=125).flat_map(|ms| [ms * 1000; 8]).collect();
    let trace = Trace { end: 125_000, bounds: eight(), received, ..Trace::default() };
    compare("a_fan_out_that_passes", &verdict(Kind::Pass, runs(1000, 8, u64::MAX), trace));
}

#[test]
fn results_that_wait_for_their_turn() {
    let mut spans = runs(24, 4, u64::MAX);
    (spans[0].end, spans[0].finished) = (7000, true);
    spans.retain(|span| span.lane != 0 || span.item == 1);
    let received = vec![7000; spans.len()];
    let taken = spans.iter().map(|span| span.start.saturating_sub(1000)).collect();
    compare(
        "results_that_wait_for_their_turn",
        &verdict(Kind::Pass, spans, Trace { end: 7000, received, taken, ..Trace::default() }),
    );
}

#[test]
fn a_broken_bound() {
    let mut spans = runs(400, 8, u64::MAX);
    let more = Span { lane: 8, item: 401, start: 20_400, end: 21_400, ..spans[0].clone() };
    spans.push(more);
    let moments = vec![moment(20_400, "9 in flight, bound 8", true)];
    compare(
        "a_broken_bound",
        &verdict(Kind::Bound, spans, Trace { end: 50_000, bounds: eight(), moments, ..Trace::default() }),
    );
}

#[test]
fn a_leak() {
    let mut spans = runs(48, 8, u64::MAX);
    spans[47].finished = false;
    let mut all: Vec<_> = (0..7).map(|lane| left(&[lane], 6000, "Sender::send at src/lib.rs:55")).collect();
    all.push(left(&[], 0, "Sender::closed at src/lib.rs:40"));
    all.push(left(&[], 0, "Sender::closed at src/lib.rs:40"));
    let moments = vec![moment(6000, "output dropped", false), moment(8000, "9 left behind", true)];
    compare("a_leak", &verdict(Kind::Leak, spans, Trace { end: 1_008_000, moments, left: all, ..Trace::default() }));
}

#[test]
fn a_stuck_pipeline() {
    let spans = runs(1000, 8, u64::MAX);
    let all = vec![left(&[], 125_000, "Receiver::recv at src/lib.rs:32")];
    let moments = vec![moment(125_000, "all parked for ever", true)];
    let trace = Trace { end: 125_000, moments, left: all, received: vec![60_000; 400], ..Trace::default() };
    compare("a_stuck_pipeline", &verdict(Kind::Stuck, spans, trace));
}

#[test]
fn a_cancelled_one() {
    let mut spans = runs(1000, 4, 20_000);
    for span in spans.iter_mut().filter(|span| span.end > 19_500) {
        (span.end, span.finished) = (19_500, false);
    }
    let trace = Trace { end: 24_500, moments: vec![moment(19_500, "cancel", false)], ..Trace::default() };
    compare("a_cancelled_one", &verdict(Kind::Pass, spans, trace));
}

#[test]
fn a_panic_in_the_second_of_two_stages() {
    let of = |probe: &str, lane: usize, by: u64| {
        runs(8, 1, u64::MAX)
            .into_iter()
            .map(move |span| Span {
                probe: probe.to_owned(),
                lane,
                start: span.start * by + (by - 1) * 1000,
                end: span.end * by + (by - 1) * 1000,
                finished: by == 1 || span.item != 4,
                ..span
            })
            .collect::<Vec<_>>()
    };
    let mut spans = of("fetch", 0, 1);
    spans.extend(of("parse", 1, 2).into_iter().take(4));
    let moments = vec![moment(9000, "4 panics", false), moment(9000, "panic", true)];
    compare(
        "a_panic_in_the_second_of_two_stages",
        &verdict(Kind::Crash, spans, Trace { end: 9000, moments, ..Trace::default() }),
    );
}
