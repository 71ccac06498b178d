//! A learner's day with the checker: hints, progress, a fresh start, the reference, an editor. What must be built to be
//! judged is in few tests.

#[path = "support/copy.rs"]
mod copy;
mod support;

use copy::{Copy, TASK};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::{Ran, checker, command, repository, run};

const ESCAPE: char = '\u{1b}';

/// Every line fits a terminal of 80 columns.
#[track_caller]
fn fits(ran: &Ran) {
    let widest = ran.out().lines().map(|line| line.chars().count()).max().unwrap_or_default();
    assert!(widest <= 80, "{widest} columns\n{ran}");
}

#[test]
fn help_teaches_what_to_do_first() {
    let ran = checker(&repository(), &["--help"]);
    ran.exits(0).says("Begin with: cargo checker next").says("Solve tasks: next ").says("Options: --color <WHEN>");
    ran.keeps("More:");
    fits(&ran);
    for command in ["next", "open", "task", "hint", "list", "diff", "reset", "completions", "man"] {
        fits(checker(&repository(), &["help", command]).exits(0));
    }
}

#[test]
fn list_tells_what_is_passed_next_and_needed() {
    let copy = Copy::new();
    let list = |brokers: &str, broker: &str| {
        let mut list = command(copy.root(), &["list"]);
        list.env("TANSU_BIN", broker).env_remove("KAFKA_BROKERS");
        if !brokers.is_empty() {
            list.env("KAFKA_BROKERS", brokers);
        }
        let ran = run(list);
        fits(ran.exits(0));
        ran
    };
    list("", "").says("fan-out ░░░░░░░░░░").says("0 of 1 passed").says("1 Serial pipeline next").keeps("needs");
    let metadata = format!("tests/{TASK}/task.toml");
    let plain = copy.text(&metadata);
    copy.file(&metadata, &format!("requires = [\"kafka\"]\n{plain}"));
    list("", "/nowhere/tansu").says("next needs kafka: missing").says("kafka is missing: ");
    list("127.0.0.1:9092", "").says("next needs kafka: here").keeps("missing");
    copy.file(&metadata, &plain);
    copy.file(".workbook/progress.json", "{\"version\": 1, \"passed\": {\"fan-out/1\": \"0\"}}");
    list("", "").says("fan-out ▒▒▒▒▒▒▒▒▒▒").says("1 of 1 passed").says("passed with older tests").keeps("next");
    copy.checker(&["next"]).exits(0).says("Every task is passed.");

    // Under another title and folder it is the same task.
    for part in ["exercises", "solutions", "tests"] {
        fs::rename(copy.path(&format!("{part}/{TASK}")), copy.path(&format!("{part}/fan-out/01-straight-line")))
            .expect("renamed");
    }
    copy.edit("tests/fan-out/01-straight-line/task.toml", "Serial pipeline", "Straight line");
    list("", "").says("1 Straight line passed with older tests");
    copy.checker(&["hint"]).exits(2).complains("every task is passed").complains("help: name a task");
}

#[test]
fn one_more_hint_at_each_call() {
    let copy = Copy::new();
    let hint = |arguments: &[&str]| {
        let ran = copy.checker(&[&["hint"], arguments].concat());
        fits(ran.exits(0));
        ran
    };
    hint(&["--all"]).says("You have seen no hint of fan-out/1 yet");
    hint(&[]).says("fan-out/1 Serial pipeline, hint 1 of 4").says("3 are left: cargo checker hint 1");
    hint(&["serial-pipeline"]).says("hint 2 of 4").keeps("hint 1 of 4");
    let all = hint(&["1", "--all"]);
    all.says("hint 1 of 4").says("hint 2 of 4").keeps("hint 3 of 4");
    hint(&["1"]).says("one is left");
    hint(&["1"]).says("hint 4 of 4").says("that was the last one");
    hint(&["1"]).says("You have seen all 4 hints of fan-out/1.").says("cargo checker hint 1 --again");

    // The criterion that was the first to fail has one of its own, which comes first.
    let seen = r#""hints": ["1"], "failing": "results_stream""#;
    copy.file(".workbook/progress.json", &format!(r#"{{"version": 2, "tasks": {{"fan-out/1": {{{seen}}}}}}}"#));
    hint(&["1"]).says("the hint for a criterion").says("The first result leaves after 1 ms").says("3 are left");
    hint(&["1"]).says("hint 2 of 4");
    hint(&["1", "--all"]).says("hint 1 of 4").says("the hint for a criterion");
    hint(&["1", "--again"]).says("the hint for a criterion").says("4 are left");
    copy.checker(&["hint", "1", "--all", "--again"]).exits(2);
    copy.checker(&["hint", "99"]).exits(2).complains("no task is called `99`");

    // One of a criterion that is gone does no harm here, and is named to those who write hints.
    let hints = format!("tests/{TASK}/hints.md");
    let sound = copy.text(&hints);
    copy.file(&hints, &sound.replace("## results_stream", "## no_such_test"));
    hint(&["1"]).says("hint 1 of 4");
    copy.checker(&["dev", "tidy"]).exits(1).says("hints.md has a hint for no_such_test, which is no criterion");
    copy.file(&hints, &sound[..sound.find("## 3").expect("a third hint")]);
    copy.checker(&["dev", "tidy"]).exits(1).says("2 graded hints, at least 3 expected");
    copy.file(&hints, "No heading.\n");
    copy.checker(&["hint", "1"]).exits(2).complains("hints.md:1: a text under no heading").complains("help: hints are");
    copy.checker(&["dev", "tidy"]).exits(1).says("hints.md:1: a text under no heading");
}

#[test]
fn progress_that_cannot_be_kept_is_said_and_stops_nothing() {
    let copy = Copy::new();
    let later = "{\"version\": 3, \"passed\": true}";
    copy.file(".workbook/progress.json", later);
    copy.checker(&["hint", "1"])
        .exits(0)
        .says("hint 1 of 4")
        .complains("warning: ")
        .complains("was written by a later checker (version 3, this one knows 2)")
        .complains("help: update the workbook");
    assert_eq!(copy.text(".workbook/progress.json"), later, "left as it is");
    copy.checker(&["list"]).exits(0).says("0 of 1 passed").complains("a later checker");

    fs::remove_dir_all(copy.path(".workbook")).expect("the folder goes");
    copy.file(".workbook", "in the way");
    copy.checker(&["hint", "1"]).exits(0).says("hint 1 of 4").complains("warning: cannot create");
    copy.checker(&["list"]).exits(0).says("0 of 1 passed").complains("warning: ");
}

/// As root, permissions stop nobody: file systems of their own do. Where none can be made, there is nothing to try.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_tree_and_a_full_disk_keep_no_progress() {
    let copy = Copy::new();
    fs::create_dir(copy.path(".workbook")).expect("a folder");
    let mounted = |mount: &str, say: &str| {
        let script = format!("{mount} || exit 77; exec \"$0\" hint 1");
        let mut shell = Command::new("unshare");
        shell.args(["-Urm", "sh", "-c", &script, env!("CARGO_BIN_EXE_checker")]).current_dir(copy.root());
        let ran = shell.stdin(Stdio::null()).output();
        match ran {
            Ok(ran) if ran.status.success() => {
                let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
                assert!(out.contains("hint 1 of 4"), "{out}\n{err}");
                assert!(err.contains("warning: ") && err.contains(say) && err.contains("help: "), "{out}\n{err}");
            }
            Ok(ran) if !matches!(ran.status.code(), Some(1 | 77)) => panic!("{ran:?}"),
            _ => eprintln!("not tried: no file system can be mounted here"),
        }
    };
    mounted("mount --bind . . && mount -o remount,ro,bind . && cd \"$PWD\"", "Read-only file system");
    mounted(
        "mount -t tmpfs -o size=4k,nr_inodes=8 none .workbook && head -c 9000 /dev/zero > .workbook/full; true",
        "No space left",
    );
}

#[test]
fn a_fresh_start_keeps_what_was_there() {
    let copy = Copy::new();
    let lib = copy.lib();
    copy.checker(&["reset", "1"]).exits(0).says("fan-out/1 is untouched: there is nothing to reset.");
    let stub = copy.text(&lib);
    copy.file(&lib, "// mine\r\n");
    copy.file(&format!("exercises/{TASK}/src/deep/own.rs"), b"\xff\x00 mine, too");
    copy.file(&format!("exercises/{TASK}/notes.txt"), "so far");
    copy.checker(&["reset", "1"])
        .exits(2)
        .complains("reset replaces your code for fan-out/1, and nobody is there to ask")
        .complains("help: with --yes it does not ask");
    assert_eq!(copy.text(&lib), "// mine\r\n", "nothing was changed");

    let ran = copy.checker(&["reset", "1", "--yes"]);
    ran.exits(0).says("Your code is kept in .workbook/backup/fan-out-1-").says("is as it was given out");
    assert_eq!(copy.text(&lib), stub);
    assert!(!copy.path(&format!("exercises/{TASK}/src/deep/own.rs")).exists());
    let out = ran.out();
    let kept = out.split_whitespace().find(|word| word.starts_with(".workbook/")).expect("a path").to_owned();
    assert_eq!(copy.text(&format!("{kept}/src/lib.rs")), "// mine\r\n");
    assert_eq!(fs::read(copy.path(&format!("{kept}/src/deep/own.rs"))).expect("kept"), b"\xff\x00 mine, too");
    assert_eq!(copy.text(&format!("{kept}/notes.txt")), "so far");
    copy.checker(&["reset", "1", "--yes"]).exits(0).says("there is nothing to reset");

    // No sources at all.
    fs::remove_dir_all(copy.path(&format!("exercises/{TASK}/src"))).expect("the sources go");
    copy.checker(&["reset", "1", "--yes"]).exits(0).says("is as it was given out");
    assert_eq!(copy.text(&lib), stub);

    // What cannot be backed up is not touched.
    copy.file(&lib, "// mine again\n");
    fs::rename(copy.path(".workbook/backup"), copy.path("elsewhere")).expect("moved");
    copy.file(".workbook/backup", "in the way");
    copy.checker(&["reset", "1", "--yes"]).exits(3).complains("cannot create");
    assert_eq!(copy.text(&lib), "// mine again\n");
}

/// What the learner has written: one that the stub has, too, and some that it has not.
#[cfg(unix)]
const FILES: [&str; 6] = ["lib.rs", "a.rs", "b.rs", "deep/c.rs", "deep/d.rs", "own.rs"];

/// Killed at any moment, each of the learner's files is where it was or in a whole backup.
#[cfg(unix)]
#[test]
fn a_reset_that_is_killed_loses_nothing() {
    let copy = Copy::new();
    let sources = copy.path(&format!("exercises/{TASK}/src"));
    let reset = || {
        let mut reset = command(copy.root(), &["reset", "1", "--yes"]);
        reset.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the checker starts")
    };
    copy.file(&copy.lib(), "// round: first\n");
    let began = Instant::now();
    assert!(reset().wait().expect("it ends").success());
    let whole = began.elapsed();
    let folder = copy.path(".workbook/backup");
    let (mut between, rounds) = (0, 100_u32);
    for round in 0..rounds {
        let mine: BTreeMap<PathBuf, String> = FILES.map(|file| (file.into(), format!("// {file} {round}\n"))).into();
        for (file, text) in &mine {
            copy.file(&format!("exercises/{TASK}/src/{}", file.display()), text);
        }
        let before = backups(&folder).len();
        let mut reset = reset();
        if round % 2 == 0 {
            // From before its start to after its end, in even steps.
            std::thread::park_timeout(whole.mul_f64(f64::from(round) / f64::from(rounds) * 1.2));
        } else {
            // Just when it begins to change something: when the backup is whole.
            while backups(&folder).len() == before && reset.try_wait().expect("it can be waited for").is_none() {
                std::thread::yield_now();
            }
            std::thread::park_timeout(Duration::from_micros(u64::from(round) * 10));
        }
        let _ = reset.kill();
        reset.wait().expect("it has ended");
        let backups = backups(&folder);
        let says = |path: PathBuf, text: &String| fs::read_to_string(path).is_ok_and(|found| found == *text);
        let kept =
            |file: &PathBuf, text: &String| backups.iter().any(|backup| says(backup.join("src").join(file), text));
        for (file, text) in &mine {
            assert!(says(sources.join(file), text) || kept(file, text), "{} of round {round} is lost", file.display());
        }
        let present = mine.iter().filter(|(file, text)| says(sources.join(file), text)).count();
        between += usize::from(present > 0 && present < mine.len());
    }
    eprintln!("killed in the middle of the change: {between} of {rounds}");
    assert!(copy.checker(&["reset", "1", "--yes"]).out().contains("fan-out"));
    let names = |folder: &Path| -> Vec<_> {
        fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.file_name()).collect()
    };
    let mut left = names(&sources);
    left.sort();
    assert_eq!(left, ["deep", "lib.rs", "main.rs"], "the stub, and a folder that is empty");
    let unfinished = fs::read_dir(copy.path(".workbook/backup")).expect("a folder").flatten();
    let unfinished = unfinished.filter(|entry| entry.file_name().to_string_lossy().starts_with(".unfinished"));
    assert_eq!(unfinished.count(), 0, "what was killed is swept away");
}

/// The backups that are whole.
fn backups(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let whole = entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    whole.map(|entry| entry.path()).collect()
}

#[test]
fn the_reference_is_shown_after_a_pass_or_when_asked_for() {
    let copy = Copy::new();
    copy.checker(&["diff", "1"])
        .exits(2)
        .complains("fan-out/1 is not passed yet: this would show the reference solution")
        .complains("cargo checker diff 1 --spoil");
    copy.file(&format!("exercises/{TASK}/src/own.rs"), "// mine alone\n");
    let patch = copy.checker(&["diff", "1", "--spoil"]);
    patch
        .exits(0)
        .says(&format!("--- a/exercises/{TASK}/src/lib.rs +++ b/exercises/{TASK}/src/lib.rs @@ -1,"))
        .says("+++ /dev/null")
        .keeps("ANCHOR")
        .keeps("fan_out_01_solution");
    assert!(!patch.out().contains(ESCAPE), "a patch has no colours\n{patch}");

    // It is one that the usual tools take.
    copy.file("reference.patch", &patch.out());
    let taken = Command::new("git").args(["apply", "reference.patch"]).current_dir(copy.root()).output();
    let taken = taken.expect("git starts");
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    assert!(!copy.path(&format!("exercises/{TASK}/src/own.rs")).exists());
    copy.file(".workbook/progress.json", r#"{"version": 2, "tasks": {"fan-out/1": {"passed": "00"}}}"#);
    let same = copy.checker(&["diff", "1"]);
    same.exits(0).complains("There is no difference");
    assert_eq!(same.out(), "", "{same}");

    copy.edit(&copy.lib(), "use std::io;", "use std::io; // mine");
    let coloured = copy.checker(&["diff", "1", "--color", "always"]);
    coloured.exits(0).says("the reference solution");
    assert!(coloured.out().contains(ESCAPE), "{coloured}");
    copy.checker(&["diff", "1", "--side-by-side"]).exits(0).says("your code").says("- use std::io; // mine");

    copy.file(&copy.lib(), b"caf\xe9");
    copy.checker(&["diff", "1"]).exits(2).complains("src/lib.rs").complains("save it as UTF-8");
    copy.file(&copy.lib(), &vec![b'\n'; 3 << 20]);
    copy.checker(&["diff", "1"]).exits(2).complains("3.0 MB large: that is no source to compare");
}

#[cfg(unix)]
#[test]
fn the_file_opens_in_the_editor_that_is_set() {
    let copy = Copy::new();
    let open = |visual: &str, editor: &str, arguments: &[&str]| {
        let mut open = command(copy.root(), &[&["open"], arguments].concat());
        open.env("VISUAL", visual).env("EDITOR", editor);
        run(open)
    };
    let file = copy.path(&copy.lib()).display().to_string();
    open("echo --wait", "false", &[]).exits(0).says(&format!("--wait {file}"));
    open(" ", "echo", &["1"]).exits(0).says(&file);
    let none = open("", "", &["1"]);
    none.exits(0).complains("name your editor, such as export VISUAL=vim");
    assert_eq!(none.out().trim_end(), file, "for $(…)");
    open("no-such-editor -x", "", &["1"]).exits(2).complains("there is no editor `no-such-editor -x`").complains(&file);
    open("false", "", &["1"]).exits(2).complains("the editor `false` ended with exit status: 1");
    fs::remove_file(copy.path(&copy.lib())).expect("the file goes");
    open("echo", "", &["1"]).exits(2).complains("is gone").complains("cargo checker reset 1");
}

#[cfg(target_os = "linux")]
#[test]
fn a_shell_completes_commands_and_tasks() {
    let copy = Copy::new();
    let script = copy.checker(&["completions", "bash"]);
    copy.file("complete.bash", &script.exits(0).out());
    let complete = |words: &str| {
        let line = format!(
            "source complete.bash; COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 )); \
             _cargo_checker cargo; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash").args(["--norc", "-c", &line]).current_dir(copy.root()).output();
        String::from_utf8_lossy(&output.expect("bash starts").stdout).into_owned()
    };
    assert!(complete("cargo checker hi").lines().any(|word| word == "hint"), "{}", complete("cargo checker hi"));
    assert!(complete("cargo checker task ''").lines().any(|word| word == "1"), "{}", complete("cargo checker task ''"));
    assert!(complete("cargo checker diff 1 --s").contains("--spoil"));
    for shell in ["elvish", "fish", "powershell"] {
        copy.checker(&["completions", shell]).exits(0).says("hint").says("side-by-side");
    }
    copy.checker(&["completions", "zsh"]).exits(0).says("hint").says("Serial pipeline");
    copy.checker(&["completions", "tcsh"]).exits(2).complains("[possible values: bash");

    let page = copy.checker(&["man"]);
    page.exits(0)
        .says(".TH CHECKER 1")
        .says(".SH \"CARGO CHECKER TASK\"")
        .says("CARGO CHECKER DEV SOAK")
        .says("Exit codes");
}

/// What learners do to their crate, and what the checker makes of it. One test, since each step builds.
#[test]
fn a_crate_that_a_learner_has_changed() {
    let copy = Copy::new();
    let (lib, main) = (copy.lib(), format!("exercises/{TASK}/src/main.rs"));
    let manifest = format!("exercises/{TASK}/Cargo.toml");
    let sound = copy.text(&manifest);
    let task = |only: &str| copy.checker(&["task", "1", "--only", only]);

    // 50 MB of anything.
    copy.file(&lib, &vec![b'/'; 50 << 20]);
    copy.checker(&["task", "1"])
        .exits(1)
        .says("src/lib.rs is 50.0 MB large: no more than 1 MB is compiled")
        .says("data that was saved as a source");

    // Line ends of another system, tests of their own, a further dependency and file, another edition and name.
    copy.solve();
    let solved = copy.text(&lib).replace('\n', "\r\n");
    let own = "mod extra;\r\n#[cfg(test)]\r\nmod tests {\r\n    #[test]\r\n    fn fails() {\r\n        panic!()\r\n    }\r\n}\r\n";
    copy.file(&lib, &(solved + own));
    copy.file(&format!("exercises/{TASK}/src/extra.rs"), "#[expect(dead_code)]\nconst TEN: u32 = beside::TEN;\n");
    copy.file(&format!("exercises/{TASK}/tests/mine.rs"), "#[test]\nfn fails() {\n    panic!()\n}\n");
    copy.file(&format!("exercises/{TASK}/beside/Cargo.toml"), "[package]\nname = \"beside\"\nedition = \"2018\"\n");
    copy.file(&format!("exercises/{TASK}/beside/src/lib.rs"), "pub const TEN: u32 = 10;\n");
    let changed = sound.replace("edition.workspace = true", "edition = \"2021\"");
    let changed = changed.replace("[dependencies]", "[dependencies]\nbeside = { path = \"beside\" }");
    copy.file(&manifest, &changed);
    let ran = copy.checker(&["task", "1"]);
    ran.exits(0).says("11 of 11 criteria hold.").says("that was the last task");
    copy.checker(&["list"]).exits(0).says("1 of 1 passed").says("Serial pipeline passed").keeps("older");

    // The progress cannot be kept: the verdict is told all the same.
    fs::rename(copy.path(".workbook"), copy.path("elsewhere")).expect("moved");
    copy.file(".workbook", "in the way");
    copy.checker(&["task", "1"]).exits(0).says("11 of 11 criteria hold.").complains("warning: cannot create");
    fs::remove_file(copy.path(".workbook")).expect("the file goes");

    // The package has another name, and the program still the old one.
    copy.file(&manifest, &changed.replace("name = \"fan-out-01\"", "name = \"pipeline\""));
    task("every_number").exits(1).says("does not compile: ").says("fan_out_01").says("where src/main.rs:");
    let program = copy.text(&main);
    fs::remove_file(copy.path(&main)).expect("the program goes");
    task("every_number").exits(1).says("src/main.rs is missing: some criteria run your crate as a program");
    copy.file(&main, &program.replace("fan_out_01", "pipeline"));
    task("every_number").exits(0).says("1 of 1 criteria hold.");
    copy.file(&manifest, &sound);

    // The first criterion that fails is noted, and has its hint; what does not compile changes nothing in that.
    copy.solve();
    fs::remove_file(copy.path(&format!("exercises/{TASK}/src/extra.rs"))).expect("the file goes");
    copy.edit(&lib, "mpsc::channel(PRODUCER_CAPACITY)", "mpsc::channel(64)");
    copy.checker(&["task", "1"]).exits(1).says("no idea? cargo checker hint 1");
    let progress = copy.text(".workbook/progress.json");
    assert!(progress.contains("\"failing\": \"results_stream\""), "{progress}");
    copy.edit(&lib, "pub fn doubler(", "pub fn doubler(,");
    copy.checker(&["task", "1"]).exits(1).says("build The output is");
    assert_eq!(copy.text(".workbook/progress.json"), progress);
    copy.checker(&["hint", "1"]).exits(0).says("the hint for a criterion").says("The first result leaves after 1 ms");

    // The crate has another folder.
    let exercise = copy.path(&format!("exercises/{TASK}"));
    fs::rename(&exercise, copy.path("exercises/fan-out/01-mine")).expect("renamed");
    copy.checker(&["task", "1"]).exits(2).complains(&format!("{TASK}/Cargo.toml")).complains("git restore");
    copy.checker(&["reset", "1", "--yes"]).exits(0).says("is as it was given out");
    assert!(copy.path("exercises/fan-out/01-mine/src/lib.rs").exists(), "nobody touches it");
}

/// Two checkers at once record what they have to, both.
#[test]
fn two_checkers_at_once_lose_nothing() {
    let copy = Copy::new();
    let hints: usize = 4;
    let children: Vec<_> = (0..hints)
        .map(|_| command(copy.root(), &["hint", "1"]).stdout(Stdio::null()).spawn().expect("the checker starts"))
        .collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    let progress: serde_json::Value = serde_json::from_str(&copy.text(".workbook/progress.json")).expect("JSON");
    let seen = progress["tasks"]["fan-out/1"]["hints"].as_array().expect("a list").len();
    assert!((1..=hints).contains(&seen), "{progress}");
    let left: Vec<_> = fs::read_dir(copy.path(".workbook")).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 2, "the file and its lock: {left:?}");
}
