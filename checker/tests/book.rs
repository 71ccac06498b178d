//! `checker book` as a person meets it: with mdBook and without, with a display and without. The programs are scripts.
#![cfg(unix)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use support::{Ran, checker, command, flowing, repository, run};
use tempfile::TempDir;

/// A path with scripts on it, and a target folder without a book.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Machine {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("bin")).expect("a folder");
        // What scripts need, and no mdBook or browser that this machine may have.
        for tool in ["sh", "mkdir", "cat", "sleep"] {
            let found =
                ["/bin", "/usr/bin"].map(|bin| Path::new(bin).join(tool)).into_iter().find(|path| path.exists());
            let found = found.unwrap_or_else(|| panic!("no {tool} on this machine"));
            std::os::unix::fs::symlink(found, folder.path().join("bin").join(tool)).expect("a link");
        }
        Machine { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn with(self, program: &str, script: &str) -> Machine {
        let file = self.path("bin").join(program);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("a script");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a program");
        self
    }

    /// An mdBook that writes two pages where it is told to: `build --dest-dir FOLDER BOOK`.
    fn with_mdbook(self, version: &str) -> Machine {
        self.with(
            "mdbook",
            &format!(
                "if [ \"$1\" = --version ]; then echo 'mdbook v{version}'; exit; fi\n\
                 [ \"$1 $2\" = 'build --dest-dir' ] && [ -f \"$4/book.toml\" ] || exit 9\n\
                 mkdir -p \"$3/fan-out\" && echo a > \"$3/index.html\" && echo b > \"$3/fan-out/01-serial-pipeline.html\""
            ),
        )
    }

    fn with_opener(self, then: &str) -> Machine {
        let note = self.path("opened").display().to_string();
        self.with("xdg-open", &format!("echo \"$1\" > '{note}'\n{then}"))
    }

    fn book(&self, display: bool, arguments: &[&str]) -> Ran {
        let mut command = command(&repository(), &[&["book"], arguments].concat());
        command.env("PATH", self.path("bin")).env("CARGO_TARGET_DIR", self.path("target"));
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        if display {
            command.env("DISPLAY", ":99");
        }
        run(command)
    }

    /// What the opener was given.
    fn opened(&self) -> Option<String> {
        fs::read_to_string(self.path("opened")).ok().map(|page| page.trim().to_owned())
    }
}

#[track_caller]
fn complains(ran: &Ran, text: &str) {
    assert!(flowing(&ran.err()).contains(text), "expected on standard error: {text}\n{ran}");
}

#[test]
fn without_mdbook_it_says_how_to_get_it_and_opens_what_was_built_before() {
    let machine = Machine::new();
    let ran = machine.book(true, &[]);
    ran.exits(3);
    complains(&ran, "mdBook is not on the path");
    complains(&ran, "cargo install --locked mdbook@0.5.4");
    complains(&ran, "book/src/SUMMARY.md");

    let machine = machine.with_mdbook("0.4.52");
    let ran = machine.book(true, &[]);
    ran.exits(3);
    complains(&ran, "mdBook 0.4.52 is too old for this book");

    fs::create_dir_all(machine.path("target/book")).expect("a folder");
    fs::write(machine.path("target/book/index.html"), "yesterday's").expect("a page");
    let ran = machine.book(false, &[]);
    ran.exits(0).says("open this in a browser: ").says("target/book/index.html");
    complains(&ran, "as it was built before");
}

#[test]
#[cfg(target_os = "linux")]
fn it_builds_the_book_and_opens_it_with_the_systems_opener() {
    let machine = Machine::new().with_mdbook("0.5.2").with_opener("");
    let page =
        |name: &str| machine.path("target/book").join(name).canonicalize().expect("a page").display().to_string();
    machine.book(true, &[]).exits(0).says("opened: ").says("index.html");
    assert_eq!(machine.opened(), Some(page("index.html")));
    machine.book(true, &["1"]).exits(0).says("01-serial-pipeline.html");
    assert_eq!(machine.opened(), Some(page("fan-out/01-serial-pipeline.html")));
}

#[test]
fn a_task_that_does_not_exist_is_told_before_anything_is_built() {
    let ran = checker(&repository(), &["book", "99"]);
    ran.exits(2);
    complains(&ran, "no task is called `99`");
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_display_or_an_opener_it_prints_the_path() {
    let machine = Machine::new().with_mdbook("0.5.2");
    machine.book(true, &[]).exits(0).says("open this in a browser: ").says("index.html");
    let machine = machine.with_opener("exit 3");
    machine.book(false, &[]).exits(0).says("open this in a browser: ");
    assert_eq!(machine.opened(), None, "there is no display");
    machine.book(true, &[]).exits(0).says("open this in a browser: ");
    assert!(machine.opened().is_some());
}

#[test]
#[cfg(target_os = "linux")]
fn a_browser_that_stays_is_not_waited_for() {
    let machine = Machine::new().with_mdbook("0.5.2").with_opener("exec sleep 60");
    let began = Instant::now();
    machine.book(true, &[]).exits(0).says("opened: ");
    assert!(began.elapsed() < Duration::from_secs(30), "it waits for the browser");
}

#[test]
fn a_book_that_does_not_build_is_told_with_mdbooks_own_words() {
    let version = "[ \"$1\" = --version ] && echo 'mdbook v0.5.2' && exit";
    let machine =
        Machine::new().with("mdbook", &format!("{version}\necho 'fan-out/02.md:9: no such listing' >&2\nexit 101"));
    let ran = machine.book(false, &[]);
    ran.exits(3);
    complains(&ran, "the book does not build fan-out/02.md:9: no such listing");

    let machine = machine.with("mdbook", &format!("{version}\nexit 0"));
    complains(machine.book(false, &[]).exits(3), "the book was built without");
}
