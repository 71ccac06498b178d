//! A workbook made by an installed checker, and kept up to date: `init`, what an installed checker does elsewhere, and
//! `update` on real git repositories.

#[path = "support/copy.rs"]
#[expect(dead_code, reason = "of what spoils a workbook, little is needed here")]
mod copy;
mod support;

use copy::Copy;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::{Ran, run};

/// The checker in a folder, with a git that need not survive the machine.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = support::command(folder, arguments);
    for (name, value) in [("COUNT", "1"), ("KEY_0", "core.fsync"), ("VALUE_0", "none")] {
        command.env(format!("GIT_CONFIG_{name}"), value);
    }
    command
}

fn checker(folder: &Path, arguments: &[&str]) -> Ran {
    run(command(folder, arguments))
}

/// How long something takes, in this moment.
fn timed(act: impl FnOnce()) -> Duration {
    let began = Instant::now();
    act();
    began.elapsed()
}

/// A temporary folder, as the checker will name it.
fn folder() -> (PathBuf, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    (folder.path().canonicalize().expect("it exists"), folder)
}

#[track_caller]
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").args(arguments).current_dir(folder).output().expect("git starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "git {arguments:?}\n{said}{}", String::from_utf8_lossy(&output.stderr));
    said.trim_end().to_owned()
}

/// It is a workbook with nothing to commit.
#[track_caller]
fn is_whole(root: &Path) {
    checker(root, &["list"]).exits(0).says("1 Serial pipeline");
    assert_eq!(git(root, &["status", "--porcelain"]), "");
    assert!(!root.join(init::UNFINISHED).exists());
    let stub = fs::read(root.join("tests/fan-out/01-serial-pipeline/stub/lib.rs")).expect("the stub");
    assert_eq!(fs::read(root.join("exercises/fan-out/01-serial-pipeline/src/lib.rs")).expect("the exercise"), stub);
}

#[test]
fn a_copy_is_a_repository_with_one_commit() {
    let (place, _folder) = folder();
    let ran = checker(&place, &["init", "my workbook/café"]);
    ran.exits(0).says("cargo checker task 1").says("cd 'my workbook/café'");
    let root = place.join("my workbook/café");
    is_whole(&root);
    assert_eq!(git(&root, &["rev-list", "--count", "HEAD"]), "1");
    assert_eq!(git(&root, &["symbolic-ref", "--short", "HEAD"]), "main");
    checker(&place, &["init", "my workbook/café"]).exits(2).complains("is a workbook already").complains("update");
    checker(&place, &["init", "my workbook/café/inside"]).exits(2).complains("lies inside the workbook");
    // From inside one, too.
    checker(&root, &["init", "../another"]).exits(0);
    is_whole(&place.join("my workbook/another"));
}

#[test]
fn the_author_is_the_configured_one_or_one_that_git_accepts() {
    let (place, _folder) = folder();
    let alone = |dir: &str| {
        let mut init = command(&place, &["init", dir]);
        init.env("HOME", &place).env("XDG_CONFIG_HOME", &place).env("GIT_CONFIG_NOSYSTEM", "1");
        for set in ["EMAIL", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
            init.env_remove(set);
        }
        run(init)
    };
    fs::write(place.join(".gitconfig"), "[user]\nuseConfigOnly = true\n").expect("a configuration");
    alone("nobody").exits(0).says("its first commit is by Learner <learner@localhost>");
    fs::write(place.join(".gitconfig"), "[user]\nname = Ada\nemail = ada@example.org\n").expect("a configuration");
    alone("ada").exits(0).says("its first commit is by Ada <ada@example.org>");
}

#[test]
fn without_git_it_is_a_workbook_all_the_same() {
    let (place, _folder) = folder();
    let mut init = command(&place, &["init", "new"]);
    init.env("PATH", &place);
    run(init).exits(0).says("no git repository").says("git does not start");
    checker(&place.join("new"), &["list"]).exits(0);
    checker(&place.join("new"), &["update", "--from", ".."]).exits(2).complains("is no git repository of its own");
}

#[test]
fn only_an_empty_folder_or_repository_is_filled() {
    let (place, _folder) = folder();
    fs::create_dir(place.join("full")).expect("a folder");
    fs::write(place.join("full/notes"), "mine").expect("a file");
    checker(&place, &["init", "full"])
        .exits(2)
        .complains("is not empty: it holds notes")
        .complains("help: name a folder");
    assert_eq!(fs::read_dir(place.join("full")).expect("a folder").count(), 1, "nothing came");
    checker(&place, &["init", "full/notes"]).exits(2).complains("is a file");
    checker(&place, &["init", "full/notes/below"]).exits(2).complains("is a file");
    fs::create_dir(place.join("empty")).expect("a folder");
    checker(&place.join("empty"), &["init", "."]).exits(0);
    is_whole(&place.join("empty"));
    git(&place, &["init", "--quiet", "--initial-branch", "trunk", "repository"]);
    checker(&place, &["init", "repository"]).exits(0);
    is_whole(&place.join("repository"));
    assert_eq!(git(&place.join("repository"), &["symbolic-ref", "--short", "HEAD"]), "trunk");
}

/// Killed at whatever moment, `init` leaves a workbook that is whole or none at all, and a second one completes it.
#[test]
fn a_killed_init_is_completed_by_the_next() {
    let (place, _folder) = folder();
    let mut taken_up = 0;
    let whole = timed(|| _ = checker(&place, &["init", "whole"]).exits(0));
    for round in 0..ROUNDS {
        let root = place.join(format!("copy-{round}"));
        let mut init = command(&place, &["init", root.to_str().expect("text")]);
        let mut init = init.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::park_timeout(whole * round / ROUNDS);
        init.kill().expect("it can be killed");
        init.wait().expect("it ends");
        let whole = root.join("Cargo.toml").exists();
        let again = checker(&place, &["init", root.to_str().expect("text")]);
        if whole {
            again.exits(2).complains("is a workbook already");
            // Git ignores what may be left of the work folder.
            assert_eq!(git(&root, &["status", "--porcelain"]), "");
            let _ = fs::remove_dir_all(root.join(init::UNFINISHED));
        } else {
            again.exits(0);
            taken_up += usize::from(again.out().contains("took up where it had stopped"));
        }
        is_whole(&root);
        fs::remove_dir_all(&root).expect("the copy goes");
    }
    assert!(taken_up > 0, "none was killed in the middle");
}

/// Kills, spread over the time that a whole run takes.
const ROUNDS: u32 = 10;

#[test]
fn outside_a_workbook_it_says_how_to_make_one() {
    let (place, _folder) = folder();
    for arguments in [&["list"][..], &["task", "1"], &["doctor"], &["update"], &[]] {
        let ran = checker(&place, arguments);
        ran.exits(2).complains("lies in no workbook").complains("`checker init DIR`");
    }
}

fn program(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a program");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
}

/// The checker outside of every target folder, as `cargo install` puts it.
fn installed(place: &Path, folder: &Path, arguments: &[&str]) -> Command {
    let path = place.join("bin/checker");
    if !path.exists() {
        fs::create_dir_all(place.join("bin")).expect("a folder");
        fs::copy(env!("CARGO_BIN_EXE_checker"), &path).expect("a program");
    }
    let mut command = Command::new(path);
    command.args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", place.join("target")).stdin(Stdio::null());
    command
}

#[test]
fn an_installed_checker_hands_over_to_the_workbooks_own() {
    let (place, _folder) = folder();
    let copy = Copy::new();
    let inside = copy.path("exercises");
    let own = place.join("own");
    program(&own, "#!/bin/sh\necho \"the workbook's own: $*\"\nexit 1\n");
    let cargo = place.join("cargo");
    program(
        &cargo,
        &format!(
            "#!/bin/sh\necho \"$*\" >{0}/asked; pwd >>{0}/asked\necho '{{\"executable\":\"{0}/own\"}}'\n",
            place.display()
        ),
    );
    let mut handing = installed(&place, &inside, &["task", "1", "--only", "a b"]);
    handing.env("CARGO", &cargo);
    run(handing).exits(1).says("the workbook's own: task 1 --only a b");
    let asked = fs::read_to_string(place.join("asked")).expect("cargo was asked");
    assert!(asked.contains("--package checker --no-default-features"), "{asked}");
    assert!(asked.ends_with(&format!("{}\n", copy.root().display())), "{asked}");

    // A manifest that cargo cannot read: the one that was built last, or else the installed one.
    let broken = place.join("broken-cargo");
    program(&broken, "#!/bin/sh\necho 'error: exercises/fan-out/07-x/Cargo.toml:3: no' >&2\nexit 101\n");
    let judge = || {
        let mut judge = installed(&place, copy.root(), &["show", "1"]);
        judge.env("CARGO", &broken);
        run(judge)
    };
    let ran = judge();
    ran.exits(0).says("fan-out/1 Serial pipeline").complains("07-x/Cargo.toml:3: no").complains("this one (");
    program(&place.join("target/checker/checker"), "#!/bin/sh\necho \"built last: $*\"\n");
    judge().exits(0).says("built last: show 1").complains("the one that was built last goes on");

    let mut without = installed(&place, copy.root(), &["show", "1"]);
    fs::remove_dir_all(place.join("target")).expect("it goes");
    without.env("CARGO", place.join("nowhere"));
    run(without).exits(0).says("fan-out/1 Serial pipeline").complains("cargo does not start");
}

/// A learner's copy and a folder with the next version of the workbook.
fn copy_and_next(place: &Path) -> (PathBuf, PathBuf) {
    let (copy, next) = (place.join("copy"), place.join("next"));
    checker(place, &["init", "copy"]).exits(0);
    checker(place, &["init", "next"]).exits(0);
    git(&copy, &["config", "core.fsync", "none"]);
    let edit = |path: &str, text: &str| {
        let path = next.join(path);
        let before = fs::read_to_string(&path).expect("a file");
        fs::write(&path, before + text).expect("a file");
    };
    for path in ["exercises/fan-out/01-serial-pipeline/src/lib.rs", "tests/fan-out/01-serial-pipeline/stub/lib.rs"] {
        edit(path, "\n// The brief is clearer.\n");
    }
    edit("tests/fan-out/01-serial-pipeline/acceptance.rs", "\n// Other tests.\n");
    for part in ["exercises", "solutions", "tests"] {
        let folder = next.join(part).join("fan-out");
        fs::rename(folder.join("02-unordered-fan-out"), folder.join("02-any-order")).expect("a task is renamed");
    }
    for path in ["book/src/introduction.md", "checker/src/main.rs", "tests/harness/src/lib.rs", "README.md"] {
        edit(path, "\n");
    }
    git(&next, &["add", "--all"]);
    git(&next, &["-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "--message", "Next"]);
    (copy, next)
}

const FIRST: &str = "exercises/fan-out/01-serial-pipeline/src/lib.rs";
const SECOND: &str = "exercises/fan-out/02-unordered-fan-out/src/lib.rs";
const SECOND_NEW: &str = "exercises/fan-out/02-any-order/src/lib.rs";

#[test]
fn an_update_keeps_edits_and_progress() {
    let (place, _folder) = folder();
    let (copy, next) = copy_and_next(&place);
    let workbook = catalog::Workbook::find(&copy).expect("a workbook");
    let tasks = workbook.tasks().expect("its tasks");
    let hash = |index: usize| tasks[index].hash().expect("a hash");
    let progress = format!(r#"{{"version": 1, "passed": {{"fan-out/1": "{}", "fan-out/2": "{}"}}}}"#, hash(0), hash(1));
    fs::create_dir_all(copy.join(".workbook")).expect("a folder");
    fs::write(copy.join(".workbook/progress.json"), progress).expect("progress");
    for path in [FIRST, SECOND] {
        fs::write(copy.join(path), "// mine\r\n").expect("an edit");
    }
    checker(&copy, &["list"]).exits(0).says("Serial pipeline passed 2 Unordered fan-out passed");
    let from = next.to_str().expect("text");
    checker(&copy, &["update"]).exits(2).complains("does not know where its updates come from").complains("--from");
    checker(&copy, &["update", "--from", from])
        .exits(0)
        .says("exercises/fan-out/02-unordered-fan-out is now exercises/fan-out/02-any-order")
        .says(&format!("{FIRST} new: .workbook/new-stubs/{FIRST}"))
        .says(&format!("git diff --no-index {FIRST}"));
    for path in [FIRST, SECOND_NEW] {
        assert_eq!(fs::read_to_string(copy.join(path)).expect("it stays"), "// mine\r\n", "{path}");
    }
    assert!(!copy.join("exercises/fan-out/02-unordered-fan-out").exists());
    checker(&copy, &["list"]).exits(0).says("Serial pipeline passed with older tests 2 Unordered fan-out passed");
    checker(&copy, &["update", "--from", from]).exits(0).says("is up to date");
    let nowhere = place.join("nowhere");
    checker(&copy, &["update", "--from", nowhere.to_str().expect("text")]).exits(3).complains("check the address");
}

/// Killed at whatever moment, an update loses nothing, and the next one completes it.
#[test]
fn a_killed_update_is_completed_by_the_next() {
    let (place, _folder) = folder();
    let (copy, next) = copy_and_next(&place);
    let from = next.to_str().expect("text");
    let given_out = git(&copy, &["rev-parse", "HEAD"]);
    let mut halted = 0;
    let whole = timed(|| _ = checker(&copy, &["update", "--from", from]).exits(0));
    for round in 0..ROUNDS {
        git(&copy, &["reset", "--quiet", "--hard", &given_out]);
        git(&copy, &["clean", "-fdq"]);
        for path in [FIRST, SECOND] {
            fs::write(copy.join(path), "// mine\r\n").expect("an edit");
        }
        let mut update = command(&copy, &["update", "--from", from]);
        let mut update = update.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::park_timeout(whole * round / ROUNDS);
        update.kill().expect("it can be killed");
        update.wait().expect("it ends");
        let mine = [FIRST, SECOND, SECOND_NEW]
            .iter()
            .filter(|path| fs::read(copy.join(path)).is_ok_and(|text| text == b"// mine\r\n"));
        assert_eq!(mine.count(), 2, "both edits are there, in round {round}");
        halted += usize::from(git(&copy, &["rev-parse", "HEAD"]) == given_out);
        // A git that was at work when its parent was killed may still be.
        let again = settled(|| checker(&copy, &["update", "--from", from]));
        again.exits(0);
        assert_eq!(fs::read(copy.join(FIRST)).expect("it stays"), b"// mine\r\n");
        assert_eq!(fs::read(copy.join(SECOND_NEW)).expect("it stays"), b"// mine\r\n");
        let changed = git(&copy, &["status", "--porcelain"]);
        assert_eq!(changed, format!(" M {FIRST}\n M {SECOND_NEW}").trim_end(), "round {round}");
        let differs = git(&copy, &["diff", "--name-only", &git(&next, &["rev-parse", "HEAD^{tree}"]), "HEAD"]);
        assert_eq!(differs, "", "the commit is the new version");
    }
    assert!(halted > 0, "none was killed in the middle");
}

/// Runs again while another git is at work.
fn settled(attempt: impl Fn() -> Ran) -> Ran {
    for _ in 0..100 {
        let ran = attempt();
        if !ran.err().contains("at work") {
            return ran;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    attempt()
}

#[test]
fn update_says_what_it_may_not_touch() {
    let (place, _folder) = folder();
    let (copy, next) = copy_and_next(&place);
    let readme = copy.join("README.md");
    let text = fs::read_to_string(&readme).expect("a file");
    fs::write(&readme, text + "mine\n").expect("an edit");
    let from = next.to_str().expect("text");
    checker(&copy, &["update", "--from", from])
        .exits(2)
        .complains("nothing was changed")
        .complains("README.md")
        .complains("help: keep a copy of yours");
    assert_eq!(git(&copy, &["status", "--porcelain"]), " M README.md");
}
