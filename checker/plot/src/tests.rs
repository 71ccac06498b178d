//! The picture, as it is written.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test -p checker-plot`, then look at the pictures.

use measure::{Column, Plot, Record, Row, Scale, Stat, Table};

fn stat(median: f64) -> Stat {
    Stat { median, least: median * 0.95, greatest: median * 1.04 }
}

fn table(plot: Option<Plot>, rows: &[(&str, Option<f64>, f64)]) -> Table {
    let ratio = |value: f64| plot.is_none().then(|| stat(value / rows[0].2));
    let rows = rows
        .iter()
        .map(|(name, x, value)| Row { name: (*name).into(), x: *x, values: vec![stat(*value)], ratio: ratio(*value) })
        .collect();
    let columns = vec![Column { name: "throughput".into(), unit: "items/s".into() }];
    Table { title: "A < B & C".into(), columns, rows, rounds: 3, baseline: None, plot }
}

fn drawn(tables: &[Table]) -> String {
    let lines: Vec<String> = std::iter::once(Record::Machine { cores: 2 })
        .chain(tables.iter().cloned().map(Record::Table))
        .map(|record| serde_json::to_string(&record).expect("plain data") + "\n")
        .collect();
    super::draw(lines.concat().as_bytes(), "fan-out/13 Width & more").expect("a picture")
}

#[test]
fn a_series_is_drawn_over_x() {
    let plot = Plot { x: "N".into(), scale: Scale::Log2 };
    let rows = [("fan-out", Some(1.0), 160.0), ("fan-out", Some(2.0), 320.0), ("fan-out", Some(8.0), 1283.0)];
    let picture = drawn(&[table(Some(plot), &rows)]);
    assert!(picture.starts_with("<svg role=\"img\" class=\"benchmark\" "), "{picture}");
    assert!(picture.contains("<title>fan-out/13 Width &amp; more, on 2 cores</title>"), "{picture}");
    assert!(picture.contains("<desc>A &lt; B &amp; C: fan-out at N = 1 throughput 160 items/s,"), "{picture}");
    // 2 lies at a third of the way from 1 to 8.
    let points: Vec<f64> = picture
        .split("<circle cx=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().and_then(|x| x.parse().ok()).expect("a place"))
        .collect();
    assert_eq!(points.len(), 3, "{picture}");
    assert!(((points[1] - points[0]) / (points[2] - points[0]) - 1.0 / 3.0).abs() < 0.01, "{points:?}");
    insta::assert_snapshot!("lines", picture);
}

#[test]
fn alternatives_are_bars_and_panels_stand_one_under_the_other() {
    let plot = Plot { x: "work, µs".into(), scale: Scale::Linear };
    let rows = [
        ("shared", Some(0.0), 0.5),
        ("deques", Some(0.0), 2.0),
        ("shared", Some(10.0), 0.4),
        ("deques", Some(10.0), 0.1),
    ];
    let picture = drawn(&[table(None, &[("plain", None, 1.2e6), ("padded", None, 2.1e6)]), table(Some(plot), &rows)]);
    assert!(picture.contains("height=\"476\""), "{picture}");
    assert!(picture.contains("(× 1.75)"), "{picture}");
    insta::assert_snapshot!("bars", picture);
}

#[test]
fn nothing_to_draw_is_an_empty_picture_and_no_record_is_an_error() {
    assert!(drawn(&[]).contains("</svg>"));
    assert!(drawn(&[table(Some(Plot { x: "N".into(), scale: Scale::Log2 }), &[])]).contains("</svg>"));
    assert!(super::draw("{".as_bytes(), "").is_err());
}
