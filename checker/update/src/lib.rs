//! Brings a workbook up to date, around what its learner wrote.
//!
//! The workbook is a git repository: a clone of its source, or a copy made by `checker init`. An update is a merge
//! that never conflicts under `exercises/`: of a file that the learner changed, committed or not, the learner's version
//! stays byte for byte, and a new version is left under `.workbook/new-stubs/`. Outside `exercises/`, lines that both
//! changed stop the update before anything is changed.
//!
//! Everything is worked out and written beside before the first file is moved into its place; git's branch moves last.
//! An update that is killed loses nothing, and the same update, run again, completes it.

mod apply;
mod disk;
mod error;
mod git;
mod plan;
mod source;
mod tasks;

pub use disk::runnable;
pub use error::{Blame, Error};
pub use git::Git;
pub use source::IMPORT;

use disk::Disk;
use plan::{Commits, Plan};
use source::Source;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Where everything lies that is not yet in its place.
const UNFINISHED: &str = ".workbook/update";

/// What an update did.
#[derive(Debug, Default)]
pub struct Updated {
    /// Where the new version came from.
    pub source: String,
    /// Whether there was nothing to do.
    pub already: bool,
    /// How many files were written.
    pub written: usize,
    /// How many files went.
    pub removed: usize,
    /// New tasks' folders, as `fan-out/07-failure-modes`.
    pub added: Vec<String>,
    /// Exercises' folders with another name: the old and the new one.
    pub renamed: Vec<(String, String)>,
    /// Learner's files that stayed while the workbook's changed: theirs, and the new version beside it.
    pub beside: Vec<(String, String)>,
    /// Exercises that the workbook has no more, and that the learner wrote in.
    pub left: Vec<String>,
    /// The folder of copies of what was replaced outside `exercises/`, and what it holds.
    pub backup: Option<(String, Vec<String>)>,
}

/// Updates the workbook in `root`, an absolute path, from a folder or an address, or else from where it came.
///
/// # Errors
///
/// No git, no history, no source or no network; another update at work; lines outside `exercises/` that both sides
/// changed; a file system that is full or read-only. Unless the last, nothing was changed.
pub fn update(root: &Path, from: Option<&str>) -> Result<Updated, Error> {
    let git = Git::at(root);
    let head = ready(&git, root)?;
    let _lock = lock(root)?;
    let disk = Disk { root, own: own(root)? };
    let source = source::fetch(&git, root, from, &disk.own)?;
    let updated = bring(&git, &disk, head, &source);
    let _ = fs::remove_dir_all(root.join(UNFINISHED));
    let updated = updated?;
    remember(&git, from, &source);
    Ok(updated)
}

fn bring(git: &Git, disk: &Disk<'_>, head: String, source: &Source) -> Result<Updated, Error> {
    let name = source.name.clone();
    let Some(commits) = commits(git, head, source)? else {
        return Ok(Updated { source: name, already: true, ..Updated::default() });
    };
    let plan = plan::plan(git, disk, &commits)?;
    let commit = commit(git, disk, &plan, &commits)?;
    let applied = apply::apply(git, disk, &plan)?;
    let already = plan.steps.is_empty() && commit == commits.head;
    if commit != commits.head {
        apply::note(git, disk, &plan, &commits.head, &commit)?;
    }
    Ok(Updated {
        source: name,
        already,
        written: applied.written,
        removed: applied.removed,
        added: plan.added,
        renamed: plan.renamed.into_iter().collect(),
        beside: applied.beside,
        left: plan.left.into_iter().collect(),
        backup: applied.backup,
    })
}

/// Whether the folder can be updated; its commit.
fn ready(git: &Git, root: &Path) -> Result<String, Error> {
    git.text(&["--version"])?;
    let outside = || {
        Error::user(
            format!("{} is no git repository of its own, so an update could not tell what you wrote", root.display()),
            "make a new workbook (`checker init` or `git clone`), and copy your files below exercises/ into it",
        )
    };
    let top = git.maybe(&["rev-parse", "--show-toplevel"]);
    let top = top.and_then(|top| Path::new(&top).canonicalize().ok());
    if top.as_deref() != Some(root) {
        // Git says itself where it may not look.
        let said = git.output(&["rev-parse", "--show-toplevel"], None)?;
        let doubts = String::from_utf8_lossy(&said.stderr).contains("dubious ownership");
        return Err(if doubts {
            git.text(&["rev-parse", "--show-toplevel"]).err().unwrap_or_else(outside)
        } else {
            outside()
        });
    }
    let head = git.maybe(&["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]).ok_or_else(|| {
        Error::user("this repository has no commit yet, so an update could not tell what you wrote", {
            "before you change anything: git add --all && git commit -m \"The workbook\""
        })
    })?;
    for (file, what) in [
        ("MERGE_HEAD", "a merge"),
        ("rebase-merge", "a rebase"),
        ("rebase-apply", "a rebase"),
        ("CHERRY_PICK_HEAD", "a cherry-pick"),
        ("REVERT_HEAD", "a revert"),
    ] {
        if path(git, file)?.exists() {
            let command = what.trim_start_matches("a ");
            return Err(Error::user(
                format!("{what} is not finished in this repository"),
                format!("`git status` tells where it stands; `git {command} --abort` takes it back"),
            ));
        }
    }
    if path(git, "index.lock")?.exists() {
        return Err(Error::user(
            format!("git is at work in this folder, or was killed: {} exists", path(git, "index.lock")?.display()),
            "when no git runs here, remove that file",
        ));
    }
    Ok(head)
}

fn path(git: &Git, name: &str) -> Result<PathBuf, Error> {
    Ok(PathBuf::from(git.text(&["rev-parse", "--path-format=absolute", "--git-path", name])?))
}

/// One update at a time.
fn lock(root: &Path) -> Result<File, Error> {
    let folder = root.join(".workbook");
    fs::create_dir_all(&folder).map_err(|error| Error::file("create", &folder, &error))?;
    let path = folder.join("update.lock");
    let file = File::create(&path).map_err(|error| Error::file("create", &path, &error))?;
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => {
            Err(Error::user("another update is at work in this workbook", "wait until it has ended"))
        }
        _ => Ok(file),
    }
}

/// A folder for what is not yet in its place, of this process alone: the git of one that was killed may still be
/// writing into another.
fn own(root: &Path) -> Result<PathBuf, Error> {
    let all = root.join(UNFINISHED);
    let _ = fs::remove_dir_all(&all);
    let own = all.join(std::process::id().to_string());
    fs::create_dir_all(&own).map_err(|error| Error::file("create", &own, &error))?;
    Ok(own)
}

/// The three commits; nothing if the learner's has the new one.
fn commits(git: &Git, head: String, source: &Source) -> Result<Option<Commits>, Error> {
    let new = source.object.clone();
    if source.commit {
        if git.output(&["merge-base", "--is-ancestor", &new, &head], None)?.status.success() {
            return Ok(None);
        }
        if let Some(base) = git.maybe(&["merge-base", &head, &new]) {
            return Ok(Some(Commits { head, base, new }));
        }
    }
    let import = format!("--grep=^{IMPORT}");
    let Some(base) = git.maybe(&["rev-list", "--topo-order", "--max-count=1", &import, &head]) else {
        return Err(Error::user(
            format!("{} and this workbook have no common history", source.name),
            "update from where this workbook came from; or make a new one, and copy your files below exercises/ into it",
        ));
    };
    let tree = git.text(&["rev-parse", "--verify", &format!("{new}^{{tree}}")])?;
    if tree == git.text(&["rev-parse", "--verify", &format!("{base}^{{tree}}")])? {
        return Ok(None);
    }
    let new = git.commit(&tree, &[&base], &format!("The workbook, a new version\n\n{IMPORT} {}", source.name))?;
    Ok(Some(Commits { head, base, new }))
}

/// The commit that the branch will be at: the new version, or a merge where the learner has commits.
fn commit(git: &Git, disk: &Disk<'_>, plan: &Plan, commits: &Commits) -> Result<String, Error> {
    let tree = git.with_index(&disk.own.join("tree")).write(&plan.tree)?;
    let new = git.text(&["rev-parse", "--verify", &format!("{}^{{tree}}", commits.new)])?;
    if commits.base == commits.head && tree == new {
        return Ok(commits.new.clone());
    }
    git.commit(&tree, &[&commits.head, &commits.new], "Update the workbook")
}

/// Notes a source that was named, where none is known.
fn remember(git: &Git, from: Option<&str>, source: &Source) {
    let address = from.is_some_and(|from| from.contains("://") || from.contains('@')) && source.commit;
    if address && git.maybe(&["remote"]).is_none() && git.maybe(&["config", "workbook.source"]).is_none() {
        let _ = git.output(&["config", "workbook.source", &source.name], None);
    }
}
