//! From records of runs to pictures.

use crate::scratch::Scratch;
use checker_book::pictures::{Drawn, Error, draw};
use serde_json::json;
use std::fs;
use verdict::{Kind, Span, Verdict};

fn record(test: &str, verdict: &Verdict) -> String {
    json!({ "schema": 1, "type": "criterion", "task": "fan-out/2", "test": test, "verdict": verdict }).to_string()
}

fn run() -> Verdict {
    let span = |item: u64, lane, start, end| Span { probe: "work".into(), item, lane, start, end, finished: item != 3 };
    let spans = vec![span(1, 0, 0, 1000), span(2, 1, 0, 500), span(3, 1, 500, 1500), span(4, 0, 2500, 4000)];
    Verdict { spans, ..Verdict::pass() }
}

fn drawn(scratch: &Scratch, records: &[String]) -> Result<Vec<Drawn>, Error> {
    draw(&scratch.workbook(), records.join("\n").as_bytes())
}

fn told(records: &[String]) -> String {
    drawn(&Scratch::new(), records).expect_err("no picture").to_string()
}

#[test]
fn the_named_criterion_is_drawn_as_task_toml_says() {
    let scratch = Scratch::new();
    let records = [
        json!({ "schema": 1, "type": "start", "task": 7 }).to_string(),
        record("another", &Verdict::new(Kind::Fail, "")),
        record("eight", &run()),
    ];
    let drawn = drawn(&scratch, &records).expect("pictures");
    let [picture] = drawn.as_slice() else { panic!("{drawn:?}") };
    assert_eq!(picture.task, "fan-out/2");
    assert!(picture.file.ends_with("book/src/pictures/fan-out-02.svg"));
    let svg = &picture.svg;
    for part in [
        "aria-label=\"fan-out/2 Unordered fan-out: the reference's run\"",
        ">task 1</text>",
        ">task 2</text>",
        "in flight (dashed: the bound, 2)",
        ">cancel</text>",
        "ms of virtual time; the run ends at 4 ms",
        "hatched: cut short",
    ] {
        assert!(svg.contains(part), "{part} not in\n{svg}");
    }
    assert_eq!(svg.matches("<rect").count(), 3, "the fourth begins after the window: {svg}");
    assert!(svg.lines().all(|line| line.starts_with('<')) && !svg.contains(" id="), "{svg}");
}

#[test]
fn a_picture_is_written_whole_and_known_to_be_current() {
    let scratch = Scratch::new();
    let records = [record("eight", &run())];
    let first = drawn(&scratch, &records).expect("pictures").remove(0);
    assert!(!first.current);
    first.write().expect("written");
    assert_eq!(fs::read_to_string(&first.file).expect("a picture"), first.svg);
    assert_eq!(fs::read_dir(scratch.path("book/src/pictures")).expect("a folder").count(), 1);
    assert!(drawn(&scratch, &records).expect("pictures").remove(0).current);
    let mut other = run();
    other.spans[0].end += 1;
    assert!(!drawn(&scratch, &[record("eight", &other)]).expect("pictures").remove(0).current);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let failed = Verdict { kind: Kind::Stuck, ..run() };
    for (records, expected) in [
        (vec![record("eight", &failed)], "fan-out/2: `eight` ended in stuck; the book shows runs that pass"),
        (vec![record("eight", &Verdict::pass())], "fan-out/2: `eight` carries no spans: run with `--spans`"),
        (vec![record("other", &run())], "fan-out/2: `eight`, which its task.toml wants drawn, did not run"),
        (vec![String::new(), "{".into()], "line 2 is no record of `cargo checker task … --json`: "),
        (vec!["{}".into()], "line 1 is no record of `cargo checker task … --json`: its schema is null, not 1"),
        (vec![record("eight", &run()).replace("fan-out/2", "fan-out/9")], "no task is called `fan-out/9`"),
    ] {
        let told = told(&records);
        assert!(told.contains(expected), "{expected} not in {told}");
    }
    assert!(drawn(&Scratch::new(), &[]).expect("nothing to draw").is_empty());
}
