//! The compiler refuses what the book says that it refuses, on the lines that the book says, and takes the twins.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// More lines of a listing than this are no fix any more.
const FIX: usize = 6;

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of all failing listings.
fn lessons() -> BTreeSet<String> {
    let listings = fs::read_dir(package().join("failing")).expect("the folder is there").flatten();
    listings.map(|file| file.path().file_stem().expect("a name").to_string_lossy().into_owned()).collect()
}

fn failing(name: &str) -> PathBuf {
    package().join("failing").join(format!("{name}.rs"))
}

/// What a listing's comments say: the line, from 1, and a code or words of the message. A comment that has a line to
/// itself is about the next one.
fn marks(text: &str) -> Vec<(u64, String)> {
    let mark = |line: &str| {
        let (_, comment) = line.rsplit_once("// ")?;
        let is_code = comment.len() == 5 && comment.starts_with('E') && comment[1..].parse::<u16>().is_ok();
        let words = comment.strip_prefix("error: ");
        words.or(is_code.then_some(comment)).map(str::to_owned)
    };
    let about = |line: &str, number| if line.trim_start().starts_with("//") { number + 1 } else { number };
    text.lines().zip(1..).filter_map(|(line, number)| Some((about(line, number), mark(line)?))).collect()
}

/// What the compiler says of each listing: the line of each error, its code and its message.
fn refused() -> BTreeMap<String, Vec<(u64, String, String)>> {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--locked", "--keep-going", "--message-format=json"])
        .args(["--package", "lessons", "--examples", "--features", "failing"])
        .current_dir(package())
        .output()
        .expect("cargo starts");
    let said = String::from_utf8(output.stdout).expect("JSON");
    let mut refused: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for record in said.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
        let message = &record["message"];
        let spans = message["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(span) = spans.iter().find(|span| span["is_primary"] == true) else { continue };
        if record["reason"] == "compiler-message" && message["level"] == "error" {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let error = (
                span["line_start"].as_u64().expect("a line"),
                text(&message["code"]["code"]),
                text(&message["message"]),
            );
            refused.entry(text(&record["target"]["name"])).or_default().push(error);
        }
    }
    assert!(!refused.is_empty(), "cargo says:\n{}", String::from_utf8_lossy(&output.stderr));
    refused
}

/// Each listing is refused for the reason that it shows, and for no other.
#[test]
fn the_compiler_refuses_what_is_marked() {
    let refused = refused();
    for name in lessons() {
        let text = fs::read_to_string(failing(&name)).expect("a listing");
        let (marks, errors) = (marks(&text), refused.get(&name).cloned().unwrap_or_default());
        assert!(!marks.is_empty(), "failing/{name}.rs marks no line");
        let met = |(line, mark): &(u64, String)| {
            errors.iter().any(|(at, code, message)| at == line && (code == mark || message.contains(mark.as_str())))
        };
        assert!(marks.len() == errors.len() && marks.iter().all(met), "failing/{name}.rs: {marks:?}, got {errors:#?}");
    }
}

/// The twins are modules of the library, so that they compile if this test does. What differs is the fix alone.
#[test]
fn twins_differ_in_the_fix() {
    let modules = fs::read_to_string(package().join("src/lib.rs")).expect("the library");
    for name in lessons() {
        assert!(modules.contains(&format!("pub mod {name};")), "failing/{name}.rs has no twin in the library");
        let read = |path: PathBuf| fs::read_to_string(path).expect("a listing");
        let (fails, compiles) = (read(failing(&name)), read(package().join("src").join(format!("{name}.rs"))));
        let only = |a: &str, b: &str| a.lines().filter(|line| !b.lines().any(|other| other == *line)).count();
        let (gone, new) = (only(&fails, &compiles), only(&compiles, &fails));
        assert!((1..=FIX).contains(&gone) && new <= FIX, "{name}: {gone} lines for {new} is more than a fix");
        assert!(marks(&compiles).is_empty(), "src/{name}.rs marks an error");
    }
}
