//! `checker book`: builds the book, where mdBook is there, and opens it.

use crate::fault::Fault;
use crate::style::{BOLD, DIM};
use crate::{Exit, report, stage};
use catalog::Workbook;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How to get what builds the book.
const REMEDY: &str = "`cargo install --locked mdbook@0.5.4`, or a program of \
                      https://github.com/rust-lang/mdBook/releases on your path. Unbuilt, the book is text: it begins in \
                      book/src/SUMMARY.md";

/// How long an opener may take to say that it cannot.
const PATIENCE: Duration = Duration::from_secs(2);

/// Builds and opens the book, at a task's chapter if one is named.
pub(crate) fn book(workbook: &Workbook, id: Option<&str>) -> Result<Exit, Fault> {
    let page = match id {
        Some(id) => {
            let tasks = workbook.tasks()?;
            let task = catalog::resolve(&tasks, id)?;
            Path::new(task.track()).join(format!("{}.html", task.folder()))
        }
        None => PathBuf::from("index.html"),
    };
    let built = stage::target(workbook.root()).join("book");
    let page = built.join(page);
    match mdbook() {
        Ok(()) => build(workbook.root(), &built)?,
        // Yesterday's book is better than none.
        Err(missing) if page.exists() => {
            errln!("{DIM}{missing}: this is the book as it was built before. {REMEDY}{DIM:#}");
        }
        Err(missing) => return Err(Fault::infra(missing).help(REMEDY)),
    }
    if !page.exists() {
        return Err(Fault::infra(format!("the book was built without {}", page.display()))
            .help("book/src/SUMMARY.md lists its chapters"));
    }
    let page = page.canonicalize().unwrap_or(page);
    let opened = opener().is_some_and(|opener| open(opener, &page));
    let said = if opened { "opened:" } else { "open this in a browser:" };
    outln!("{DIM}{said}{DIM:#} {BOLD}{}{BOLD:#}", report::plain(&page.display().to_string()));
    Ok(Exit::Passed)
}

/// Whether mdBook is there, in a version that can build this book; or what is in the way.
fn mdbook() -> Result<(), String> {
    let Ok(output) = Command::new("mdbook").arg("--version").stdin(Stdio::null()).output() else {
        return Err("mdBook is not on the path".into());
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let version = said.split_whitespace().last().unwrap_or_default().trim_start_matches('v');
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(0), Some(minor)) if minor < 5 => Err(format!("mdBook {version} is too old for this book")),
        (Some(_), Some(_)) => Ok(()),
        _ => Err("mdBook does not tell its version".into()),
    }
}

/// Builds the book into a folder. What mdBook says is shown if it fails.
fn build(root: &Path, folder: &Path) -> Result<(), Fault> {
    errln!("{DIM}building the book; the first time, what brings in listings and pictures is built, too{DIM:#}");
    let folder = std::path::absolute(folder).map_err(|error| Fault::file("find", folder, &error))?;
    let mut command = Command::new("mdbook");
    command.arg("build").arg("--dest-dir").arg(folder).arg(root.join("book")).stdin(Stdio::null());
    let output = command.output().map_err(|error| Fault::infra(format!("mdBook does not start: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(Fault::infra(format!("the book does not build\n{}", String::from_utf8_lossy(&said).trim()))
        .help("`git status` shows what has changed in book/, `git restore book` brings it back"))
}

/// What opens a file here; nothing without a display.
fn opener() -> Option<&'static str> {
    if cfg!(target_os = "macos") {
        return Some("open");
    }
    if cfg!(windows) {
        return Some("explorer");
    }
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| value != OsStr::new(""));
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| set(name)).then_some("xdg-open")
}

/// Starts the opener; whether it has not failed. It may be the browser itself, and run for hours.
fn open(opener: &str, page: &Path) -> bool {
    let mut command = Command::new(opener);
    command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    // Ctrl-C here does not end it.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let Ok(mut child) = command.spawn() else { return false };
    // Explorer's exit code is 1 whatever it did.
    ended(&mut child).is_none_or(|succeeded| succeeded || cfg!(windows))
}

/// How it ended, if it ended soon.
fn ended(child: &mut Child) -> Option<bool> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if Instant::now() < deadline => std::thread::park_timeout(Duration::from_millis(20)),
            Ok(None) => return None,
            Err(_) => return Some(false),
        }
    }
}
