//! GitHub Classroom's autograder: its script is run, with the checker in the place of `cargo checker`.

use super::{Class, export, repository};
use crate::support::{program, run, target};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

pub(crate) fn refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    export(&folder.path().join("class"), &["--classroom", "--tests", "absent"])
        .exits(2)
        .complains("would have no tests");
    let class = Class::of(&["--tasks", "1,s1", "--classroom"]);
    let workflow = class.text(".github/workflows/classroom.yml");
    for said in [
        "permissions:\n  contents: read\n\n",
        "id: fanout01\n",
        "run: .github/classroom/judge.sh fan-out/s1\n",
        "FANOUTS1_RESULTS: \"${{ steps.fanouts1.outputs.result }}\"\n",
        "runners: fanout01,fanouts1\n",
        "RUSTUP_TOOLCHAIN: \"1.",
    ] {
        assert!(workflow.contains(said), "{said:?}\n{workflow}");
    }
    let unpinned: Vec<&str> = workflow
        .lines()
        .filter_map(|line| line.trim().strip_prefix("uses: "))
        .filter(|uses| uses.split(['@', ' ']).nth(1).is_none_or(|commit| commit.len() != 40))
        .collect();
    assert!(unpinned.is_empty(), "an action is named by its commit: {unpinned:?}");
    assert!(!workflow.contains("{rust}") && !workflow.contains("{steps}"), "{workflow}");
}

pub(crate) fn points() {
    let class = Class::of(&["--tasks", "2", "--classroom"]).with_built_crates();
    let task = "fan-out/02-unordered-fan-out";
    let wrong = repository().join("tests").join(task).join("wrong/seven-workers/lib.rs");
    fs::copy(wrong, class.root.join("exercises").join(task).join("src/lib.rs")).expect("a copy");
    let metadata = class.root.join("tests").join(task).join("task.toml");
    let text = fs::read_to_string(&metadata).expect("the task") + "\n[points]\neight_at_a_time_take_125_ms = 5\n";
    fs::write(metadata, text).expect("a file");
    let (said, result) = judged(&class, "2", 0);
    assert_eq!((&result["status"], &result["max_score"], &result["points"]), (&"fail".into(), &14.into(), &7.into()));
    let tests = result["tests"].as_array().expect("tests");
    assert_eq!(tests.len(), 10);
    let failed = tests.iter().find(|test| test["name"].as_str().is_some_and(|name| name.contains("125 ms")));
    assert_eq!(failed.map(|test| (&test["status"], &test["score"])), Some((&"fail".into(), &0.into())));
    let place = format!("::error file=exercises/{task}/src/lib.rs,line=");
    assert!(said.contains(&place) && said.contains("title=fan-out/2 fail::"), "{said}");
    assert!(said.contains("7 of 14 points"), "{said}");
    // What the code brings into a message is between the lines that stop the runner from reading it, or escaped.
    let lib = class.root.join("exercises").join(task).join("src/lib.rs");
    let text = fs::read_to_string(&lib).expect("the code");
    let body = text.find("pub fn fan_out").and_then(|at| Some(at + text[at..].find('{')? + 1)).expect("a function");
    let (head, rest) = text.split_at(body);
    let panics = "\n    if true { panic!(\"100%\\n::error::forged\") }\n";
    fs::write(&lib, format!("{head}{panics}{rest}")).expect("a file");
    let (said, result) = judged(&class, "2", 0);
    assert_eq!(result["points"], 0);
    assert!(said.contains("100%; ::error::forged") && said.contains("100%25; ::error::forged"), "{said}");
    let stop = said.lines().next().and_then(|line| line.strip_prefix("::stop-commands::")).expect("commands stop");
    let (_, after) = said.split_once(&format!("\n::{stop}::\n")).expect("they go on");
    assert!(!after.lines().any(|line| line.starts_with("::error::")), "{said}");
    let (_, nothing) = judged(&class, "99", 1);
    assert_eq!((&nothing["status"], &nothing["max_score"]), (&"error".into(), &0.into()));
}

/// What the script prints, and what it hands over.
fn judged(class: &Class, id: &str, code: i32) -> (String, Value) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cargo = folder.path().join("cargo");
    let script = format!("#!/bin/sh\n[ \"$1\" = checker ] && shift && exec '{}' \"$@\"\n", program().display());
    fs::write(&cargo, script + &format!("exec '{}' \"$@\"\n", env!("CARGO"))).expect("a script");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("a program");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").expect("a path"));
    let handed = folder.path().join("output");
    let mut judge = Command::new(class.root.join(".github/classroom/judge.sh"));
    judge.arg(id).current_dir(&class.root).env("PATH", path).env("GITHUB_OUTPUT", &handed).env("CARGO", env!("CARGO"));
    judge.env("CARGO_TARGET_DIR", target());
    let said = run(judge).exits(code).out();
    let handed = fs::read_to_string(handed).expect("it hands something over");
    let mut decode = Command::new("sh");
    let encoded = handed.trim().strip_prefix("result=").expect("a result").to_owned();
    decode.args(["-c", "printf %s \"$0\" | base64 -d", &encoded]);
    let decoded = run(decode).exits(0).out();
    (said, serde_json::from_str(&decoded).expect("JSON"))
}
