//! What a benchmark prints.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test -p checker bench`, then read the difference.

use super::{ended, print, records};
use crate::report::WIDTH;
use measure::{Column, Outcome, Plot, Record, Row, Scale, Stat, Table};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use verdict::Kind;

fn stat(median: f64, part: f64) -> Stat {
    Stat { median, least: median * (1.0 - part), greatest: median * (1.0 + part) }
}

fn columns(columns: &[(&str, &str)]) -> Vec<Column> {
    columns.iter().map(|(name, unit)| Column { name: (*name).into(), unit: (*unit).into() }).collect()
}

/// One series over x, with two figures and a dip.
fn width() -> Table {
    let row = |n: f64, throughput: f64, p99: f64| Row {
        name: "fan-out".into(),
        x: Some(n),
        values: vec![stat(throughput, 0.01), stat(p99, 0.05)],
        ratio: Some(stat(throughput / 160.0, 0.01)),
    };
    let rows = vec![
        row(1.0, 160.0, 6.2),
        row(2.0, 321.0, 6.24),
        row(4.0, 641.2, 6.3),
        row(8.0, 1283.0, 6.41),
        row(16.0, 2417.0, 7.9),
        row(32.0, 2105.0, 19.2),
    ];
    let (title, baseline) = ("5 ms an item, 100 × N items".to_owned(), Some("N = 1".to_owned()));
    let plot = Some(Plot { x: "N".into(), scale: Scale::Log2 });
    Table { title, columns: columns(&[("throughput", "items/s"), ("p99", "ms")]), rows, rounds: 5, baseline, plot }
}

/// Alternatives without an x.
fn counters() -> Table {
    let row = |name: &str, rate: f64, ratio: f64| {
        let (values, ratio) = (vec![stat(rate, 0.08)], Some(stat(ratio, 0.03)));
        Row { name: name.into(), x: None, values, ratio }
    };
    let rows =
        vec![row("plain", 118.4e6, 1.0), row("padded to 128 bytes", 201.9e6, 1.705), row("one atomic", 3.2e9, 27.0)];
    let baseline = Some("plain".to_owned());
    Table { title: "Counting".into(), columns: columns(&[("rate", "counts/s")]), rows, rounds: 9, baseline, plot: None }
}

/// Several series over a linear x, with names that are too long and figures that are too wide.
fn wide() -> Table {
    let mut rows = Vec::new();
    for (name, slope) in [("a shared channel behind one lock, which everybody wants", 1.0), ("deques", 3.0)] {
        for x in [0.0, 1.0, 10.0] {
            let values = vec![stat(1.2e6 / (1.0 + slope * x), 0.2), stat(0.0004 * x, 0.5), stat(12_345.6, 0.3)];
            rows.push(Row { name: name.into(), x: Some(x), values, ratio: None });
        }
    }
    let plot = Some(Plot { x: "work, µs".into(), scale: Scale::Linear });
    let columns = columns(&[("throughput", "items/s"), ("allocations", "per item"), ("p99", "µs")]);
    Table { title: "Three ways to hand out work".into(), columns, rows, rounds: 4, baseline: None, plot }
}

/// What is printed, held to the width.
fn printed(records: &[Record]) -> String {
    let text = anstream::adapter::strip_str(&print::records(records)).to_string();
    for line in text.lines() {
        let columns = textwrap::core::display_width(line);
        assert!(columns <= WIDTH, "{columns} columns: {line}");
        assert_eq!(line, line.trim_end(), "blanks at the end");
    }
    text
}

#[test]
fn a_series_is_a_table_and_a_chart_for_each_figure() {
    let note =
        "N = 32 gives less than N = 16: the downstream takes 16 at once, so that the others wait, and p99 rises.";
    let records = [Record::Machine { cores: 2 }, Record::Table(width()), Record::Note { text: note.into() }];
    insta::assert_snapshot!("width", printed(&records));
    insta::assert_snapshot!("width_in_colour", print::records(&records));
}

#[test]
fn alternatives_are_a_table_with_ratios() {
    let expectation = |text: &str, outcome| Record::Expectation { text: text.into(), outcome };
    insta::assert_snapshot!(
        "counters",
        printed(&[
            Record::Machine { cores: 1 },
            Record::Table(counters()),
            expectation("padded counters are at least 1.1 times as fast as plain ones", Outcome::Met),
            expectation("the same on this machine", Outcome::Missed),
            expectation("this machine has 1 core: at least 4 are needed to show the effect", Outcome::Unknown),
        ])
    );
}

#[test]
fn what_is_too_wide_loses_its_spread_first() {
    insta::assert_snapshot!("wide", printed(&[Record::Table(wide())]));
}

#[test]
fn figures_have_three_digits_that_count() {
    let figures =
        [0.0, 3.0, 0.0004, 0.123, 1.0 / 3.0, 9.999, 12.34, 99.96, 999.6, 1234.5, 999_999.0, 1e6, 12.345e6, 2.5e9];
    let texts = figures.map(print::figure);
    let expected = [
        "0", "3.00", "4.0e-4", "0.12", "0.33", "10.0", "12.3", "100", "1 000", "1 234", "999 999", "1.00M", "12.3M",
        "2.50G",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn a_benchmark_that_ends_early_says_why() {
    let failed = ExitStatus::from_raw(101 << 8);
    let panic =
        |place: &str, said: &str| format!("hello\n\nthread 'main' (7) panicked at {place}:\n{said}\nnote: run with");
    let verdict = ended(failed, &panic("/w/exercises/fan-out/13-x/src/lib.rs:7:5", "not yet implemented: measure it"));
    assert_eq!((verdict.kind, verdict.seen.as_str()), (Kind::Unstarted, "still to write: measure it"));
    assert_eq!(verdict.at.map(|site| site.to_string()).as_deref(), Some("src/lib.rs:7"));
    let verdict = ended(failed, &panic("/w/tests/fan-out/13-x/bench.rs:7:5", "nothing\nto see"));
    assert_eq!((verdict.kind, verdict.seen.as_str()), (Kind::Crash, "the benchmark panicked: nothing to see"));
    assert_eq!(verdict.at, None, "the tests are not the learner's to look at");
    let verdict = ended(ExitStatus::from_raw(9), "");
    assert!(verdict.seen.contains("signal: 9"), "{verdict}");
}

#[test]
fn a_torn_record_counts_only_where_the_end_is_missing() {
    let whole = serde_json::to_string(&Record::Table(width())).expect("plain data");
    let torn = format!("{whole}\n{{\"type\":\"no");
    assert_eq!(records(&torn, true).expect("cut off").len(), 1);
    assert!(records(&torn, false).expect_err("torn").to_string().contains("no record"));
    assert!(records("", false).expect_err("empty").to_string().contains("without a table"));
}
