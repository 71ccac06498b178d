//! What a small class's files look like, to the byte.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test -p results --test golden`, then read the difference.

use crate::class::{HOSTILE, class, files, grade};
use results::{Options, Visibility, file_name};

/// The files' text, pages without their style sheet.
fn texts(options: &Options) -> impl Fn(&str) -> String + use<> {
    let out = tempfile::tempdir().unwrap();
    grade(out.path(), &class(), options);
    let files = files(out.path());
    move |name| {
        let text = String::from_utf8(files[name].clone()).unwrap();
        // The style sheet is no news.
        match (text.split_once("<style>"), text.split_once("</style>")) {
            (Some((before, _)), Some((_, after))) => format!("{before}<style>…</style>{after}"),
            _ => text,
        }
    }
}

fn with_more() -> Options {
    Options { learners: vec!["zoe".into()], ..Options::default() }
}

#[test]
fn tables_and_index() {
    let text = texts(&with_more());
    for name in ["summary.txt", "grades.csv", "class.csv", "index.html"] {
        insta::assert_snapshot!(name, text(name));
    }
}

#[test]
fn the_files_and_the_journal() {
    let out = tempfile::tempdir().unwrap();
    grade(out.path(), &class(), &with_more());
    let files = files(out.path());
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    insta::assert_snapshot!("files", names.join("\n"));
    let journal = String::from_utf8(files["results.jsonl"].clone()).unwrap();
    insta::assert_snapshot!("results.jsonl", journal);
}

#[test]
fn each_learners_files() {
    let text = texts(&with_more());
    for (short, learner) in [("partly", "ben"), ("shared", "Chloé Dupont"), ("hostile", HOSTILE), ("infra", "emil")] {
        let name = file_name(learner);
        insta::assert_snapshot!(format!("{short}.html"), text(&format!("reports/{name}.html")));
        insta::assert_snapshot!(format!("{short}.md"), text(&format!("reports/{name}.md")));
        insta::assert_snapshot!(format!("{short}.xml"), text(&format!("junit/{name}.xml")));
        insta::assert_snapshot!(format!("{short}.json"), text(&format!("gradescope/{name}.json")));
        insta::assert_snapshot!(format!("{short}.txt"), text(&format!("annotations/{name}.txt")));
    }
}

#[test]
fn a_learner_sees_what_is_revealed() {
    let hidden = "As a program";
    let due = "its error is returned";
    for (reveal, sees) in [
        (Visibility::Visible, [false, false]),
        (Visibility::AfterDueDate, [true, false]),
        (Visibility::Hidden, [true, true]),
    ] {
        let text = texts(&Options { reveal, ..with_more() });
        for file in ["reports/ben.html", "reports/ben.md"] {
            let text = text(file);
            assert_eq!([text.contains(due), text.contains(hidden)], sees, "{reveal:?} {text}");
        }
        assert_eq!(text("annotations/ben.txt").contains(hidden), sees[1]);
    }
}

#[test]
fn timings_are_shown_where_they_are_asked_for() {
    let text = texts(&Options { timings: true, ..with_more() });
    assert!(text("junit/ben.xml").contains("time=\"0.812\""));
    assert!(text("gradescope/anna.json").contains("\"execution_time\": 2"));
    let text = texts(&with_more());
    assert!(!text("junit/ben.xml").contains("time="));
    assert!(!text("gradescope/anna.json").contains("execution_time"));
}
