//! `checker grade`: a class is graded, again and after a kill, and a grader that judges wrongly refuses.

#![cfg(feature = "grade")]

#[path = "support/copy.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod copy;
mod support;

use copy::{Copy, TASK};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use support::{Ran, command, flowing, repository, run};
use zip::write::{SimpleFileOptions, ZipWriter};

/// The grader works in the target folder, one at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The hostile submission that is the corpus here.
const CORPUS: &str = "tests/hostile/exits-with-success/src/lib.rs";

/// A workbook with one task and a corpus of two, and a class that has handed in all kinds of things.
fn class() -> Copy {
    let copy = Copy::new();
    copy.file("tests/hostile/exits-with-success/src/main.rs", &copy.text(&format!("tests/{TASK}/stub/main.rs")));
    copy.file(
        CORPUS,
        &format!(
            "//! Task: fan-out/1\n//! Expect: crash, earns 0\n//! Contained: an exit code of 0 is no pass\n//!\n//! \
             Nobody asks further.\n{}",
            hostile(&copy)
        ),
    );
    let solution =
        |file: &str| copy.text(&format!("solutions/{TASK}/src/{file}")).replace("fan_out_01_solution", "fan_out_01");
    // The whole workbook, the task alone, its sources alone.
    copy.file(&format!("class/ada/workbook/exercises/{TASK}/src/lib.rs"), &solution("lib.rs"));
    copy.file(&format!("class/ada/workbook/exercises/{TASK}/src/main.rs"), &solution("main.rs"));
    copy.file(
        &format!("class/ada/workbook/exercises/{TASK}/build.rs"),
        "fn main() { panic!(\"a stranger's build script runs\") }",
    );
    copy.file("class/bob/01-serial-pipeline/src/lib.rs", &copy.text(&format!("tests/{TASK}/stub/lib.rs")));
    copy.file("class/bob/01-serial-pipeline/src/main.rs", &copy.text(&format!("tests/{TASK}/stub/main.rs")));
    copy.file("class/carol/src/lib.rs", "this is no Rust\n");
    copy.file("class/carol/src/main.rs", "fn main() {}\n");
    copy.file("class/eve/src/lib.rs", &hostile(&copy));
    copy.file("class/eve/src/main.rs", &solution("main.rs"));
    archive(&copy, "class/dora.zip", &[("src/lib.rs", &solution("lib.rs")), ("src/main.rs", &solution("main.rs"))]);
    archive(&copy, "class/mallory.zip", &[("../../mallory.rs", "fn main() {}"), ("src/lib.rs", "")]);
    fs::create_dir(copy.path("class/nobody")).expect("a folder");
    copy
}

/// The stub, whose first function ends the process as if all were well, after it has claimed so.
fn hostile(copy: &Copy) -> String {
    let stub = copy.text(&format!("tests/{TASK}/stub/lib.rs"));
    let lies = "{ println!(\"test result: ok. 1 passed; 0 failed\"); std::process::exit(0) }";
    stub.lines()
        .filter(|line| !line.starts_with("//!"))
        .map(|line| match line.trim_start().starts_with("todo!(") {
            true => lies.to_owned(),
            false => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn archive(copy: &Copy, file: &str, files: &[(&str, &str)]) {
    let mut zip = ZipWriter::new(File::create(copy.path(file)).expect("a file"));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a name");
        zip.write_all(text.as_bytes()).expect("a text");
    }
    zip.finish().expect("an archive");
}

/// All result files but those that say when.
fn results(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("a folder").flatten() {
            let path = entry.path();
            let name = path.strip_prefix(folder).expect("below it").display().to_string();
            match path.is_dir() {
                true => open.push(path),
                false if ["timings.jsonl", "results.lock", "results.torn"].contains(&name.as_str()) => {}
                false => drop(found.insert(name, fs::read_to_string(&path).expect("a text"))),
            }
        }
    }
    found
}

fn rows(copy: &Copy, out: &str) -> BTreeMap<String, Vec<String>> {
    let text = copy.text(&format!("{out}/grades.csv"));
    let rows = text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    rows.map(|row| (row[0].clone(), row)).collect()
}

/// It ended as wrong use or with a fault, and says so.
#[track_caller]
fn complains(ran: &Ran, code: i32, text: &str) {
    ran.exits(code);
    assert!(flowing(&ran.err()).contains(&flowing(text)), "expected on standard error: {text}\n{ran}");
}

/// All files are the same: which is not, if one is not.
#[track_caller]
fn same(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    // What holds the hash of another differs with it.
    let (sums, files): (Vec<_>, Vec<_>) =
        one.iter().partition(|(name, _)| ["SHA256SUMS", "index.html", "summary.txt"].contains(&name.as_str()));
    for (name, text) in files.into_iter().chain(sums) {
        let lines = text.lines().zip(other[name].lines());
        for (number, (one, other)) in lines.enumerate() {
            let at = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count().saturating_sub(200);
            let part = |line: &str| line.chars().skip(at).take(600).collect::<String>();
            assert!(one == other, "{name}:{}\n…{}\n---\n…{}", number + 1, part(one), part(other));
        }
        assert!(text == &other[name], "{name} has another length");
    }
}

#[test]
fn a_class_is_graded_and_graded_again_and_after_a_kill_to_the_same_results() {
    let _alone = alone();
    let copy = class();
    let ran: Ran = copy.checker(&["grade", "class", "--out", "results"]);
    ran.exits(0);
    let rows = rows(&copy, "results");
    let state = |learner: &str| (rows[learner][2].as_str(), rows[learner][5].as_str());
    let full = rows["ada"][3].as_str();
    assert_eq!(state("ada"), (full, "graded"), "{ran}");
    assert_eq!(state("dora"), (full, "graded"), "{ran}");
    for (learner, kind) in [("bob", "unstarted"), ("carol", "build"), ("eve", "crash")] {
        assert_eq!(state(learner), ("0", "graded"), "{learner}\n{ran}");
        assert!(rows[learner][8].contains(kind), "{learner}: {:?}", rows[learner]);
    }
    assert_eq!(state("mallory"), ("0", "refused"));
    assert_eq!(rows["nobody"][2], "0");
    assert!(!copy.path("mallory.rs").exists());
    let first = results(&copy.path("results"));
    let told = &first["reports/ada.md"];
    assert!(told.contains("build.rs"), "the note on what was left out is missing:\n{told}");

    let again = copy.checker(&["grade", "class", "--out", "again"]);
    again.exits(0).says("known from before");
    same(&first, &results(&copy.path("again")));

    // Killed with some of them graded, it leaves nothing behind, and goes on where it was.
    let mut grader = command(copy.root(), &["grade", "class", "--out", "killed", "--jobs", "1"]);
    let mut grader = grader.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let journal = copy.path("killed/results.jsonl");
    let began = Instant::now();
    while fs::read_to_string(&journal).map_or(0, |text| text.lines().count()) < 3 {
        assert!(began.elapsed() < Duration::from_secs(300), "nothing is graded");
        assert!(grader.try_wait().expect("its state").is_none(), "it was over before it was killed");
        std::thread::park_timeout(Duration::from_millis(5));
    }
    kill(Pid::from_raw(grader.id() as i32), Signal::SIGKILL).expect("it runs");
    grader.wait().expect("it has ended");
    assert!(!copy.path("killed/grades.csv").exists());
    let resumed = copy.checker(&["grade", "class", "--out", "killed", "--resume"]);
    resumed.exits(0);
    same(&first, &results(&copy.path("killed")));

    // What is there is not graded over, nor gone on with otherwise.
    complains(&copy.checker(&["grade", "class", "--out", "results"]), 2, "--resume");
    complains(&copy.checker(&["grade", "class", "--out", "results", "--resume", "--seed", "2"]), 2, "seed");
    same(&first, &results(&copy.path("results")));
}

#[test]
fn a_grader_that_judges_wrongly_refuses_to_grade() {
    let _alone = alone();
    let copy = class();
    copy.edit(CORPUS, "Expect: crash, earns 0", "Expect: pass");
    let ran = copy.checker(&["grade", "class", "--out", "results"]);
    ran.exits(3).says("fan-out/1 hostile/exits-with-success").says("Nothing is graded");
    assert!(!copy.path("results").exists());
}

#[test]
fn what_cannot_be_graded_is_told() {
    let _alone = alone();
    let copy = class();
    complains(&copy.checker(&["grade", "class"]), 2, "--out");
    complains(&copy.checker(&["grade", "gone", "--out", "results"]), 2, "gone");
    complains(&copy.checker(&["grade", "class", "--out", "results", "--task", "99"]), 2, "99");
    complains(&copy.checker(&["grade", "class", "--out", "results", "--resume"]), 2, "holds no results");
    copy.file("file", "");
    complains(&copy.checker(&["grade", "class", "--out", "file/results"]), 3, "file/results");
    assert!(!copy.path("results/grades.csv").exists());
}

/// What the workbook's own corpus must come to: a third of it, for it takes as long as proving a hundred subjects.
/// `cargo checker grade --self-test` judges all of it, and so does grading before a class.
#[test]
fn a_third_of_the_hostile_corpus_is_contained() {
    let _alone = alone();
    let mut corpus: Vec<_> = fs::read_dir(repository().join("tests/hostile"))
        .expect("the corpus")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    corpus.sort();
    assert!(corpus.len() >= 120, "{} hostile submissions", corpus.len());
    let part = tempfile::tempdir().expect("a folder");
    for folder in corpus.iter().step_by(3) {
        copy::copy_folder(folder, &part.path().join(folder.file_name().expect("a name")));
    }
    let mut grader = command(&repository(), &["grade", "--self-test"]);
    for task in ["2", "3", "8"] {
        grader.args(["--task", task]);
    }
    grader.env("WORKBOOK_HOSTILE_CORPUS", part.path()).env("WORKBOOK_HOSTILE_SECRET", "found");
    run(grader).exits(0);
}
