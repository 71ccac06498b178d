//! The formats as those who take them publish them.

use crate::class::{HOSTILE, OUTPUT, class, files, grade};
use results::{Options, Visibility, annotations, file_name};
use roxmltree::{Document, Node};
use serde_json::Value;
use std::collections::BTreeMap;

/// All files of the class, as text.
fn texts() -> BTreeMap<String, String> {
    let out = tempfile::tempdir().unwrap();
    let options = Options { learners: vec!["zoe".into()], timings: true, reveal: Visibility::Hidden };
    grade(out.path(), &class(), &options);
    files(out.path()).into_iter().map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap())).collect()
}

fn within(folder: &str) -> Vec<(String, String)> {
    let found: Vec<_> = texts().into_iter().filter(|(name, _)| name.starts_with(folder)).collect();
    assert_eq!(found.len() % 7, 0, "one for each of six learners and for zoe: {found:?}");
    assert!(!found.is_empty());
    found
}

/// An element's name, the attributes it may have, those that it must have, and its children.
type Rule = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// What Jenkins's schema (junit-10.xsd) allows of what is written here.
const JUNIT: [Rule; 7] = [
    ("testsuites", &["name", "time", "tests", "failures", "errors"], &[], &["testsuite"]),
    (
        "testsuite",
        &[
            "name",
            "tests",
            "failures",
            "errors",
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
        ],
        &["name", "tests", "failures", "errors"],
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
    ),
    (
        "testcase",
        &["name", "time", "classname", "group"],
        &["name"],
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    ("skipped", &["type", "message"], &[], &[]),
    ("error", &["type", "message"], &[], &[]),
    ("failure", &["type", "message"], &[], &[]),
    ("system-out", &[], &[], &[]),
];

fn valid_junit(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let (_, allowed, needed, children) = JUNIT.iter().find(|rule| rule.0 == name).unwrap_or_else(|| panic!("{name}"));
    for attribute in node.attributes() {
        assert!(allowed.contains(&attribute.name()), "{name} has {}", attribute.name());
        let seconds = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        assert!(attribute.name() != "time" || seconds(attribute.value()), "{attribute:?}");
    }
    assert!(needed.iter().all(|needed| node.has_attribute(*needed)), "{node:?}");
    for child in node.children() {
        let text = child.text().unwrap_or_default();
        match child.is_element() {
            true => assert!(children.contains(&child.tag_name().name()), "{child:?} in {name}"),
            false => assert!(children.is_empty() || text.trim().is_empty(), "{text:?} in {name}"),
        }
    }
    node.children().filter(Node::is_element).for_each(valid_junit);
}

#[test]
fn junit_is_what_jenkins_schema_allows() {
    for (name, text) in within("junit/") {
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "testsuites");
        valid_junit(root);
        let count = |node: Node<'_, '_>, what: &str| node.descendants().filter(|node| node.has_tag_name(what)).count();
        for suite in root.children().filter(Node::is_element) {
            for (attribute, what) in
                [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
            {
                assert_eq!(suite.attribute(attribute), Some(count(suite, what).to_string().as_str()), "{name}");
            }
        }
        let report = quick_junit::Report::deserialize_from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(report.test_suites.len(), 2);
    }
}

#[test]
fn junit_tells_the_graders_fault_from_the_learners() {
    let texts = texts();
    let count = |learner: &str, what: &str| {
        let text = &texts[&format!("junit/{}.xml", file_name(learner))];
        text.matches(what).count()
    };
    assert_eq!((count("dora", "<error "), count("dora", "<failure "), count("dora", "<skipped ")), (4, 0, 2));
    assert_eq!((count("emil", "<error "), count("emil", "<failure ")), (2, 4));
    assert_eq!((count(HOSTILE, "<error "), count(HOSTILE, "<failure ")), (0, 3), "refused is a failure");
    assert_eq!(count("zoe", "<skipped "), 6);
}

/// A field's name in Gradescope's specification, and what its value may be.
type Field = (&'static str, fn(&Value) -> bool);

fn one_of(value: &Value, words: &[&str]) -> bool {
    value.as_str().is_some_and(|word| words.contains(&word))
}

fn format(value: &Value) -> bool {
    one_of(value, &["text", "html", "simple_format", "md", "ansi"])
}

fn visibility(value: &Value) -> bool {
    one_of(value, &["hidden", "after_due_date", "after_published", "visible"])
}

fn points(value: &Value) -> bool {
    value.as_f64().is_some_and(|points| points >= 0.0)
}

const DOCUMENT: [Field; 9] = [
    ("score", points),
    ("execution_time", points),
    ("output", Value::is_string),
    ("output_format", format),
    ("visibility", visibility),
    ("stdout_visibility", visibility),
    ("extra_data", Value::is_object),
    ("tests", Value::is_array),
    ("leaderboard", Value::is_array),
];

const TEST: [Field; 10] = [
    ("score", points),
    ("max_score", points),
    ("status", |value| one_of(value, &["passed", "failed"])),
    ("name", Value::is_string),
    ("number", Value::is_string),
    ("output", Value::is_string),
    ("output_format", format),
    ("tags", |value| value.as_array().is_some_and(|tags| tags.iter().all(Value::is_string))),
    ("visibility", visibility),
    ("extra_data", Value::is_object),
];

fn valid(value: &Value, fields: &[Field]) {
    for (name, value) in value.as_object().expect("an object") {
        let (_, allowed) = fields.iter().find(|field| field.0 == name).unwrap_or_else(|| panic!("no field {name}"));
        assert!(allowed(value), "{name}: {value}");
    }
}

#[test]
fn gradescope_has_the_published_fields_and_values() {
    for (name, text) in within("gradescope/") {
        let document: Value = serde_json::from_str(&text).unwrap();
        valid(&document, &DOCUMENT);
        let tests = document["tests"].as_array().unwrap();
        assert_eq!(tests.len(), 6, "{name}");
        assert!(document.get("score").is_none(), "the score is the tests' sum");
        for test in tests {
            valid(test, &TEST);
            let has = |field: &str| test.get(field).is_some();
            assert_eq!(has("score"), has("status"), "{name}: {test}");
            assert!(!has("score") || test["score"].as_f64() <= test["max_score"].as_f64(), "{name}: {test}");
            assert_eq!(test["status"] == "passed", has("score") && test["score"] == test["max_score"], "{test}");
            assert_eq!(test["tags"][1] == "infra", !has("score"), "{name}: {test}");
        }
        let visibilities: Vec<_> = tests.iter().map(|test| test["visibility"].as_str().unwrap()).collect();
        assert_eq!(visibilities, ["visible", "visible", "after_due_date", "hidden", "visible", "visible"]);
    }
}

#[test]
fn the_tables_are_read_again_and_hold_no_formula() {
    let texts = texts();
    for (name, rows, columns) in [("grades.csv", 14, 11), ("class.csv", 7, 5)] {
        let mut table = csv::Reader::from_reader(texts[name].as_bytes());
        let found: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(found.len(), rows, "{name}");
        for row in &found {
            assert_eq!(row.len(), columns, "{name}");
            for cell in row {
                assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
                assert!(!cell.contains(char::is_control), "{cell}");
            }
        }
    }
    let grades = &texts["grades.csv"];
    assert!(grades.contains("\ndora,fan-out/1,,4.5,,infra,the disk is full,"), "{grades}");
    assert!(grades.contains("\ndora,worker-pools/2,0,2,0.0,missing,"), "{grades}");
    assert!(grades.contains("\nzoe,fan-out/1,0,4.5,0.0,missing,"), "{grades}");
    assert!(texts["class.csv"].contains("\ndora,,0,,6.5\n"), "{}", texts["class.csv"]);
}

#[test]
fn each_annotation_is_one_command_and_nothing_is_relayed() {
    for (name, text) in within("annotations/") {
        for line in text.lines() {
            let commands = ["::error title=", "::warning title=", "::error file=exercises/"];
            assert!(commands.iter().any(|command| line.starts_with(command)), "{name}: {line}");
            assert!(!line.contains("##[") && !line.contains(char::is_control), "{name}: {line}");
            let properties = line.split("::").nth(1).unwrap();
            for property in properties.split_once(' ').unwrap().1.split(',') {
                let (key, value) = property.split_once('=').unwrap();
                assert!(["file", "line", "title"].contains(&key) && !value.contains(':'), "{line}");
            }
        }
    }
    let out = tempfile::tempdir().unwrap();
    grade(out.path(), &class(), &Options::default());
    let text = annotations(out.path(), "ben", Visibility::Visible).unwrap();
    assert_eq!(text, std::fs::read_to_string(out.path().join("annotations/ben.txt")).unwrap());
    assert!(text.contains("::error file=exercises/fan-out/01-serial-pipeline/src/stage.rs,line=7,title="), "{text}");
    assert!(!text.contains("sent 2"), "what was printed is not relayed");
    assert!(annotations(out.path(), "nobody", Visibility::Visible).is_err());
}

#[test]
fn a_page_asks_for_nothing_and_runs_nothing() {
    let pages: Vec<_> = texts().into_iter().filter(|(name, _)| name.ends_with(".html")).collect();
    assert_eq!(pages.len(), 8);
    for (name, text) in pages {
        for tag in ["<script", "<img", "<link", "<iframe", "<b>", "<object", "javascript:", "@import", "url("] {
            assert!(!text.contains(tag), "{name} has {tag}");
        }
        let allowed = ["http://www.w3.org/2000/svg", "https://example.org"];
        for (at, _) in text.match_indices("http") {
            let rest = &text[at..];
            let address = rest.starts_with("http:") || rest.starts_with("https:");
            assert!(!address || allowed.iter().any(|allowed| rest.starts_with(allowed)), "{rest}");
        }
        for attribute in ["href=\"http", "src=", " onload", " onclick", " style="] {
            assert!(!text.contains(attribute), "{name} has {attribute}");
        }
        assert!(text.contains("Content-Security-Policy\" content=\"default-src 'none'"), "{name}");
        let odd = |c: char| (c.is_control() && c != '\n' && c != '\t') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!text.contains(odd), "{name}");
    }
    let hostile = &texts()[&format!("reports/{}.html", file_name(HOSTILE))];
    assert!(hostile.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{hostile}");
    assert!(!hostile.contains("<svg"), "a picture with anything in it but shapes is left out");
    assert!(texts()["reports/ben.html"].contains("<svg xmlns"), "a picture is shown");
}

#[test]
fn long_output_is_cut_everywhere() {
    let mut long = class();
    for graded in &mut long {
        for criterion in &mut graded.criteria {
            criterion.output = OUTPUT.repeat(20_000);
        }
        graded.compiler = "x".repeat(2_000_000);
    }
    let out = tempfile::tempdir().unwrap();
    grade(out.path(), &long, &Options { reveal: Visibility::Hidden, ..Options::default() });
    for (name, bytes) in files(out.path()) {
        let most = if name == "results.jsonl" { 12_000_000 } else { 300_000 };
        assert!(bytes.len() < most, "{name}: {}", bytes.len());
    }
}

#[test]
fn sums_are_what_sha256sum_reads() {
    let texts = texts();
    let sums: Vec<_> = texts["SHA256SUMS"].lines().map(|line| line.split_once("  ").unwrap()).collect();
    assert_eq!(sums.len(), texts.len() - 1, "each file but the sums themselves");
    for (sum, name) in sums {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest(texts[name].as_bytes());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, sum, "{name}");
    }
}

#[test]
fn the_summary_fits_a_terminal() {
    let summary = &texts()["summary.txt"];
    assert!(summary.lines().all(|line| line.chars().count() <= 80), "{summary}");
}
