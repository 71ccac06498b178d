//! Bad places: a read-only tree, a full disk, output that finds no room, another checker at work, a broken neighbour.
//!
//! File systems are mounted in a namespace of the test's own. Where the machine gives none, those tests are ignored,
//! with the reason.

#[path = "support/copy.rs"]
#[expect(dead_code, reason = "of what spoils a workbook, little is needed here")]
mod copy;
mod support;

use copy::{Copy, TASK};
use libtest_mimic::{Arguments, Trial};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use support::{Ran, command, repository, run, target};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        trial("output_that_finds_no_room_is_told_once_and_is_no_panic", lost_output),
        trial("a_checker_that_waits_says_for_whom", waiting),
        trial("two_checkers_at_once_judge_each_its_own", two_at_once),
        trial("a_neighbour_with_a_broken_manifest_does_not_stop_the_others", broken_neighbour),
    ];
    let missing = mounts().err();
    let why = missing.as_ref().map(|why| format!(" [{why}]")).unwrap_or_default();
    let mounted: [(&str, fn()); 3] = [
        ("a_read_only_tree_is_named", read_only),
        ("a_full_disk_leaves_no_half_made_copy", full_for_init),
        ("a_full_disk_is_named_by_whatever_meets_it", full_for_builds),
    ];
    for (name, test) in mounted {
        trials.push(trial(&format!("{name}{why}"), test).with_ignored_flag(missing.is_some()));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// Whether file systems can be mounted here.
fn mounts() -> Result<(), String> {
    let output = Command::new("unshare").args(["-rm", "sh", "-c", "mount -t tmpfs none /mnt"]).output();
    let output = output.map_err(|error| format!("unshare: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

/// The checker in a folder, after a shell has mounted what it needs. `$0` is the checker, `$1` the target folder.
fn mounted(folder: &Path, script: &str) -> Ran {
    let mut shell = Command::new("unshare");
    shell.args(["-rm", "sh", "-c", script, env!("CARGO_BIN_EXE_checker")]).arg(target());
    shell.current_dir(folder).stdin(Stdio::null()).env_remove("CARGO_TARGET_DIR");
    run(shell)
}

const READ_ONLY: &str = "mount --bind . . && mount -o remount,ro,bind . && cd \"$PWD\" &&";

fn read_only() {
    let copy = Copy::new();
    copy.solve();
    let checker = |arguments: &str| mounted(copy.root(), &format!("{READ_ONLY} exec \"$0\" {arguments}"));
    checker("list").exits(0).says("1 Serial pipeline");
    checker("task 1").exits(3).complains("Read-only file system").complains("help: set CARGO_TARGET_DIR to a folder");
    checker("doctor").exits(1).says("bad workbook").says("no progress is kept").says("bad target folder");
    let elsewhere =
        |arguments: &str| mounted(copy.root(), &format!("{READ_ONLY} CARGO_TARGET_DIR=$1 exec \"$0\" {arguments}"));
    elsewhere("task 1 --only every_number").exits(0).says("1 of 1 criteria hold.");
    let parent = copy.root().parent().expect("it lies in a folder");
    mounted(parent, &format!("{READ_ONLY} exec \"$0\" init new")).exits(3).complains("Read-only file system");
}

fn full_for_init() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = "mount -t tmpfs -o size=600k none . && cd \"$PWD\" && { \"$0\" init new; echo \"code $?\"; ls -A; }";
    let ran = mounted(folder.path(), script);
    ran.exits(0).says("code 3").complains("No space left").complains("the disk is full: free some space");
    assert!(!ran.out().contains("new"), "nothing is left\n{ran}");
}

fn full_for_builds() {
    let (copy, folder) = (Copy::new(), tempfile::tempdir().expect("a temporary folder"));
    let script = format!(
        "mount -t tmpfs -o size=2m none {0} && cd \"$PWD\" && CARGO_TARGET_DIR={0}/target exec \"$0\" task 1",
        folder.path().display()
    );
    let ran = mounted(copy.root(), &script);
    assert!(flowing(&ran).contains("the disk is full"), "{ran}");
    ran.exits(3);
    let full = |arguments: &str| {
        let script = format!(
            "mount -t tmpfs -o size=8k none {0} && cat /dev/zero >{0}/filler 2>/dev/null; exec \"$0\" {arguments} >{0}/out",
            folder.path().display()
        );
        mounted(copy.root(), &script)
    };
    full("list").exits(3).complains("the output cannot be written: No space left");
}

fn flowing(ran: &Ran) -> String {
    support::flowing(&format!("{}{}", ran.out(), ran.err()))
}

fn lost_output() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    for arguments in
        [&["list"][..], &["show", "1"], &["doctor"], &["doctor", "--json"], &[], &["--help"], &["--version"]]
    {
        let mut full = command(&repository(), arguments);
        full.stdout(fs::File::create("/dev/full").expect("a device that is always full"));
        let ran = run(full);
        ran.exits(3).complains("the output cannot be written: No space left");
        assert_eq!(ran.err().matches("error").count(), 2, "once, with its number\n{ran}");
    }
    // Nobody can be told.
    let mut both = command(&repository(), &["list"]);
    both.stdout(fs::File::create("/dev/full").expect("a device"));
    both.stderr(fs::File::create("/dev/full").expect("a device"));
    run(both).exits(3);
    let mut unread = command(&repository(), &["list"]);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    unread.stdout(writer);
    let ran = run(unread);
    assert_eq!(ran.exits(0).err(), "", "{ran}");
}

fn waiting() {
    let copy = Copy::new();
    let subjects = target().join("subjects");
    fs::create_dir_all(&subjects).expect("a folder");
    let open = fs::File::options().write(true).create(true).truncate(false).open(subjects.join(".lock"));
    let mut lock = open.expect("the lock");
    lock.lock().expect("it is locked");
    lock.set_len(0).expect("it is empty");
    write!(lock, "process 4711: checker task 7").expect("it says who");
    let mut judging = command(copy.root(), &["task", "1", "--only", "every_number"]);
    let mut judging = judging.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the checker starts");
    let mut said = BufReader::new(judging.stderr.take().expect("it is piped"));
    let mut line = String::new();
    said.read_line(&mut line).expect("it says something");
    assert_eq!(line, "waiting for another checker in this workbook (process 4711: checker task 7)\n");
    drop(lock);
    let mut rest = String::new();
    said.read_to_string(&mut rest).expect("it says the rest");
    assert_eq!(judging.wait().expect("it ends").code(), Some(1), "it judged in the end: {rest}");
}

/// Two workbooks that share a target folder have packages of the same names: were they torn, one would judge the
/// other's code.
fn two_at_once() {
    let (solved, unsolved) = (Copy::new(), Copy::new());
    solved.solve();
    let only = ["task", "1", "--only", "every_number"];
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| solved.checker(&only).exits(0).says("1 of 1 criteria hold.").err());
            scope.spawn(|| unsolved.checker(&only).exits(1).says("0 of 1 criteria hold.").err());
        }
    });
}

fn broken_neighbour() {
    let copy = Copy::new();
    copy.solve();
    copy.checker(&["dev", "new", "push-pull/3", "Who waits"]).exits(0);
    let manifest = "exercises/push-pull/03-who-waits/Cargo.toml";
    for broken in ["[package\nname = 1\n", "[package]\nname = \"x\"\nedition = \"2077\"\n", ""] {
        copy.file(manifest, broken);
        copy.checker(&["list"]).exits(0).says("3 Who waits");
        copy.checker(&["task", "1", "--only", "every_number"]).exits(0).says("1 of 1 criteria hold.");
    }
    fs::remove_file(copy.path(manifest)).expect("it goes");
    copy.checker(&["task", "1", "--only", "every_number"]).exits(0);
    copy.checker(&["task", "push-pull/3"]).exits(2).complains(manifest);
    assert!(copy.path(&format!("exercises/{TASK}/src")).exists());
}
