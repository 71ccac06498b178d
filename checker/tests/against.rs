//! `--against DIR`: the code in any folder as the subject.

#[path = "support/copy.rs"]
#[expect(dead_code, reason = "of what spoils a workbook, little is needed here")]
mod copy;
mod support;

use copy::{Copy, TASK};
use serde_json::Value;
use std::fs;
use std::path::Path;
use support::flowing;

/// A workbook, and in it the folder `theirs` with the reference's sources, under the names of the learner's crate.
fn set_up(inside: &str) -> Copy {
    let copy = Copy::new();
    for file in ["lib.rs", "main.rs"] {
        let text = copy.text(&format!("solutions/{TASK}/src/{file}")).replace("fan_out_01_solution", "fan_out_01");
        copy.file(&format!("theirs/{inside}{file}"), &text);
    }
    copy
}

#[test]
fn a_crate_and_a_folder_of_sources_are_judged_and_no_progress_is_noted() {
    let copy = set_up("src/");
    // None of this is taken.
    copy.file("theirs/Cargo.toml", "[package]\nname = \"no manifest of theirs\"\n");
    copy.file("theirs/build.rs", "compile_error!(\"not built\");");
    copy.file("theirs/src/.#lib.rs", "no Rust");
    copy.file("theirs/src/data.txt", "none");
    #[cfg(unix)]
    std::os::unix::fs::symlink(".", copy.path("theirs/src/again")).expect("a link");
    let ran = copy.checker(&["task", "1", "--against", "theirs"]);
    ran.exits(0).says("fan-out/1 Serial pipeline, theirs").says("11 of 11 criteria hold.").keeps("next:");
    copy.checker(&["list"]).exits(0).says("0 of 1 passed");

    fs::rename(copy.path("theirs/src"), copy.path("elsewhere")).expect("it moves");
    copy.edit(
        "elsewhere/lib.rs",
        "pub const PRODUCER_CAPACITY: usize = 4;",
        "pub const PRODUCER_CAPACITY: usize = 40;",
    );
    let ran = copy.checker(&["task", "1", "--against", "./elsewhere/", "--json", "--rendered"]);
    ran.exits(1);
    let records: Vec<Value> = ran.out().lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    assert_eq!(records[0]["who"], "./elsewhere/");
    assert_eq!(records[0]["criteria"][0]["points"], 1);
    assert_eq!(records.last().expect("an end")["exit"], 1);
    let drawn = copy.checker(&["trace", "1", "--against", "elsewhere", "--test", "a_thousand_numbers"]);
    drawn.says("fan-out/1 Serial pipeline, elsewhere").says("in flight");
}

#[test]
fn messages_point_at_the_files_in_the_folder() {
    let copy = set_up("");
    let lib = copy.text("theirs/lib.rs");
    copy.file("theirs/lib.rs", &format!("{lib}\nfn late() -> u32 {{\n    \"late\"\n}}\n"));
    let ran = copy.checker(&["task", "1", "--against", "theirs"]);
    let place = format!("{}:{}", copy.path("theirs/lib.rs").display(), lib.lines().count() + 3);
    ran.exits(1).says("mismatched types").says(&place).keeps("target/subjects");
    ran.says("build");
}

#[test]
fn what_is_no_crate_is_named() {
    let copy = Copy::new();
    copy.file("empty/notes.txt", "");
    copy.file("odd/lib.rs/mod.rs", "");
    copy.file("file", "");
    let refused = |folder: &str, why: &str| {
        let ran = copy.checker(&["task", "1", "--against", folder]);
        ran.exits(2).complains(why).complains("help: ");
        assert_eq!(ran.out(), "", "nothing is judged\n{ran}");
    };
    refused("nowhere", "cannot read nowhere: No such file");
    refused("file", "file is no folder");
    refused("file/below", "cannot read file/below");
    refused("empty", "empty has neither src/lib.rs nor lib.rs");
    refused("odd", "lib.rs is no file");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("circle", copy.path("circle")).expect("a link");
        refused("circle", "cannot read circle: Too many levels");
        std::os::unix::fs::symlink("nowhere.rs", copy.path("empty/lib.rs")).expect("a link");
        refused("empty", "neither src/lib.rs nor lib.rs");
    }
    for other in [["--solution"].as_slice(), &["--variant", "wrong/unbounded"]] {
        let arguments = [&["task", "1", "--against", "empty"], other].concat();
        copy.checker(&arguments).exits(2).complains("cannot be used with");
    }
    let help = copy.checker(&["task", "--help"]).exits(0).out();
    assert!(flowing(&help).contains("with all your rights"), "{help}");
    assert!(Path::new(&copy.path("empty/notes.txt")).exists());
}
