//! `checker init`: a learner's copy of the workbook.

use crate::fault::Fault;
#[cfg(feature = "archive")]
use crate::style::{BOLD, CYAN, DIM};
use crate::{Exit, handover};
use catalog::Workbook;
use std::ffi::OsString;
use std::path::Path;

/// Makes a copy in `folder`.
#[cfg(feature = "archive")]
pub(crate) fn init(folder: &Path, source: Option<&str>) -> Result<Exit, Fault> {
    let known = source.map(|source| (source.to_owned(), None)).or_else(installed_from);
    let known = known.as_ref().map(|(address, branch)| init::Source { address, branch: branch.as_deref() });
    let made = init::init(folder, known)?;
    if made.resumed {
        outln!("An earlier init was interrupted here; this one took up where it had stopped.\n");
    }
    outln!("{BOLD}{}{BOLD:#} holds the workbook, {} files.", made.root.display(), made.files);
    match &made.git {
        init::History::Committed(author) => {
            outln!("{DIM}It is a git repository; its first commit is by {author}.{DIM:#}");
        }
        init::History::None(why) => {
            outln!("It is no git repository ({why}): `cargo checker update` needs one.");
        }
    }
    outln!("\nNext:\n  {CYAN}cd {}{CYAN:#}", crate::whose::quoted(folder));
    outln!("  {CYAN}cargo checker task 1{CYAN:#}   judge the first task; the first run builds for a minute");
    Ok(Exit::Passed)
}

/// A checker without the archive builds one that has it.
#[cfg(not(feature = "archive"))]
pub(crate) fn init(_: &Path, _: Option<&str>) -> Result<Exit, Fault> {
    Err(Fault::usage("this checker was built without a copy of the workbook")
        .help("`git clone` the workbook, or `cargo install --git URL checker`"))
}

/// Makes a copy from inside a workbook: the checker that judges has no archive, so that no verdict waits for one.
pub(crate) fn beside(workbook: &Workbook, folder: &Path) -> Result<Exit, Fault> {
    let folder = std::path::absolute(folder).map_err(|error| Fault::file("find", folder, &error))?;
    let mut arguments: Vec<OsString> = vec!["init".into(), folder.clone().into()];
    let remote = update::Git::at(workbook.root()).maybe(&["config", "remote.origin.url"]);
    if let Some(remote) = &remote {
        arguments.extend(["--source".into(), remote.into()]);
    }
    match cfg!(feature = "archive") {
        true => init(&folder, remote.as_deref()),
        false => handover::whole(workbook.root(), &arguments).map(|()| Exit::Infra),
    }
}

/// The address and the branch that cargo installed this program from, by cargo's own notes.
#[cfg(feature = "archive")]
fn installed_from() -> Option<(String, Option<String>)> {
    let program = std::env::current_exe().ok()?.canonicalize().ok()?;
    let notes = std::fs::read_to_string(program.parent()?.parent()?.join(".crates.toml")).ok()?;
    let notes: toml::Table = notes.parse().ok()?;
    let mut packages = notes.get("v1")?.as_table()?.keys();
    let package = packages.find(|package| package.starts_with("checker "))?;
    git_source(package)
}

/// `checker 0.1.0 (git+https://example.org/workbook?branch=main#0123abcd)`, as cargo names a package.
#[cfg(feature = "archive")]
fn git_source(package: &str) -> Option<(String, Option<String>)> {
    let (_, from) = package.split_once("(git+")?;
    let from = from.split(['#', ')']).next()?;
    let (address, query) = from.split_once('?').unwrap_or((from, ""));
    let branch = query.split('&').find_map(|part| part.strip_prefix("branch="));
    Some((address.to_owned(), branch.map(str::to_owned)))
}

#[cfg(all(test, feature = "archive"))]
mod tests {
    use super::git_source;

    #[test]
    fn cargos_notes_name_the_source() {
        let source = |text: &str| git_source(&format!("checker 0.1.0 ({text})"));
        let of = |address: &str, branch: Option<&str>| Some((address.to_owned(), branch.map(str::to_owned)));
        assert_eq!(source("git+https://a.org/b#01ab"), of("https://a.org/b", None));
        assert_eq!(source("git+ssh://git@a.org/b?branch=next#01ab"), of("ssh://git@a.org/b", Some("next")));
        assert_eq!(source("git+https://a.org/b?tag=v1#01ab"), of("https://a.org/b", None));
        assert_eq!(source("path+file:///a/b"), None);
    }
}
