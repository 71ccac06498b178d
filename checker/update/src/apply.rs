//! Carries a plan out. Whatever kills it, what was done stays right: the same update, run again, does the rest.

use crate::Error;
use crate::disk::{self, Disk};
use crate::git::{Entry, Git};
use crate::plan::{Plan, Step};
use std::fs;
use std::path::{Path, PathBuf};

/// What was done with files.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    pub(crate) written: usize,
    pub(crate) removed: usize,
    /// Learner's files of which the new version lies beside: theirs, and the new one.
    pub(crate) beside: Vec<(String, String)>,
    /// The folder of what was replaced, and what it holds.
    pub(crate) backup: Option<(String, Vec<String>)>,
}

/// Where new versions of the learner's files are left.
pub(crate) const BESIDE: &str = ".workbook/new-stubs";

/// Changes the folder.
pub(crate) fn apply(git: &Git, disk: &Disk<'_>, plan: &Plan) -> Result<Applied, Error> {
    let new = disk.own.join("new");
    unpack(git, disk, plan, &new)?;
    let mut applied = Applied::default();
    back_up(disk, plan, &mut applied)?;
    for step in &plan.steps {
        match step {
            Step::Write(path, _) => {
                unchanged(disk, plan, path)?;
                rename(&new.join(path), &disk.root.join(path))?;
                applied.written += 1;
            }
            Step::Replace(path, _) | Step::Merge(path, _) => {
                rename(&new.join(path), &disk.root.join(path))?;
                applied.written += 1;
            }
            Step::Move(from, to) => {
                rename(&disk.root.join(from), &disk.root.join(to))?;
                clear(disk.root, from);
            }
            Step::Remove(path) => {
                unchanged(disk, plan, path)?;
                let file = disk.root.join(path);
                fs::remove_file(&file).map_err(|error| Error::file("remove", &file, &error))?;
                clear(disk.root, path);
                applied.removed += 1;
            }
            // It is in the backup already.
            Step::Aside(path) => {
                let _ = fs::remove_file(disk.root.join(path));
                clear(disk.root, path);
            }
            Step::Beside(path, _) => {
                let beside = format!("{BESIDE}/{path}");
                rename(&new.join(path), &disk.root.join(&beside))?;
                applied.beside.push((path.clone(), beside));
            }
        }
    }
    Ok(applied)
}

/// Writes everything that is new into one folder, from which it need only be moved.
fn unpack(git: &Git, disk: &Disk<'_>, plan: &Plan, new: &Path) -> Result<(), Error> {
    let entry = |step: &'_ Step| -> Option<(String, Entry)> {
        match step {
            Step::Write(path, entry) | Step::Replace(path, entry) | Step::Beside(path, entry) => {
                Some((path.clone(), entry.clone()))
            }
            _ => None,
        }
    };
    let entries = plan.steps.iter().filter_map(entry).collect();
    let own = git.with_index(&disk.own.join("index"));
    own.write(&entries)?;
    let prefix = format!("--prefix={}/", new.display());
    own.bytes(&["checkout-index", "--all", "--force", &prefix], None)?;
    for step in &plan.steps {
        if let Step::Merge(path, text) = step {
            disk::write(&new.join(path), text)?;
        }
    }
    Ok(())
}

/// Copies what is replaced, other than by git's own hand: nothing of the learner's is only here.
fn back_up(disk: &Disk<'_>, plan: &Plan, applied: &mut Applied) -> Result<(), Error> {
    let replaced = |step: &'_ Step| match step {
        Step::Replace(path, _) | Step::Merge(path, _) | Step::Aside(path) => Some(path.clone()),
        _ => None,
    };
    let paths: Vec<String> = plan.steps.iter().filter_map(replaced).collect();
    if paths.is_empty() {
        return Ok(());
    }
    let folder = free(disk.root)?;
    for path in &paths {
        disk::write(&disk.root.join(&folder).join(path), &disk.read(path)?)?;
    }
    applied.backup = Some((folder, paths));
    Ok(())
}

/// A backup folder that is not there yet.
fn free(root: &Path) -> Result<String, Error> {
    (1..).map(|number| format!(".workbook/backup/update-{number}")).find(|name| !root.join(name).exists()).ok_or_else(
        || Error::machine("there is no room for a backup under .workbook/backup", "move the backups elsewhere"),
    )
}

/// A file that is saved in an editor while an update runs is not replaced.
fn unchanged(disk: &Disk<'_>, plan: &Plan, path: &str) -> Result<(), Error> {
    let file = disk.root.join(path);
    if disk::seen(&file)?.as_ref() == plan.seen.get(path) {
        return Ok(());
    }
    Err(Error::user(
        format!("{path} was saved while the workbook was updated"),
        "run the same command again: it goes on where it stopped",
    ))
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::file("create", folder, &error))?;
    }
    fs::rename(from, to).map_err(|error| Error::file("write", to, &error))
}

/// Removes the folders that became empty.
fn clear(root: &Path, path: &str) {
    let mut folder = Path::new(path).parent();
    while let Some(inside) = folder.filter(|inside| !inside.as_os_str().is_empty()) {
        if fs::remove_dir(root.join(inside)).is_err() {
            return;
        }
        folder = inside.parent();
    }
}

/// Notes the update in git: the index, where it still is as committed, and then the branch.
pub(crate) fn note(git: &Git, disk: &Disk<'_>, plan: &Plan, head: &str, commit: &str) -> Result<(), Error> {
    let before = git.tree(head)?;
    let staged = git.staged()?;
    let mut changes: Vec<(&str, Option<&Entry>)> = Vec::new();
    for path in before.keys().chain(plan.tree.keys().filter(|path| !before.contains_key(*path))) {
        let (was, is) = (before.get(path), plan.tree.get(path));
        if was != is && staged.get(path) == was {
            changes.push((path, is));
        }
    }
    let index = PathBuf::from(git.text(&["rev-parse", "--path-format=absolute", "--git-path", "index"])?);
    let copy = disk.own.join("staged");
    fs::copy(&index, &copy).map_err(|error| Error::file("copy", &index, &error))?;
    let copied = git.with_index(&copy);
    copied.enter(&changes)?;
    // In the copy: a git that is killed over the index itself would leave its lock.
    let _ = copied.output(&["update-index", "-q", "--refresh"], None);
    // Beside the index, which may lie on another file system than the workbook.
    let beside = index.with_extension("workbook");
    fs::copy(&copy, &beside).map_err(|error| Error::file("write", &beside, &error))?;
    fs::rename(&beside, &index).map_err(|error| Error::file("write", &index, &error))?;
    git.text(&["update-ref", "-m", "update of the workbook", "HEAD", commit, head]).map(drop)
}
