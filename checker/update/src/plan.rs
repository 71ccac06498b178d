//! What an update would do, worked out before anything is changed.
//!
//! For each path there are three versions: the one that the learner started from, the learner's own, and the new one.
//! The learner's is looked at twice: as committed, for the commit that notes the update, and as it lies in the folder.

use crate::Error;
use crate::disk::{Disk, Seen};
use crate::git::{Entry, Git, Tree};
use crate::tasks::{self, exercise};
use std::collections::{BTreeMap, BTreeSet};

/// The three commits.
#[derive(Clone, Debug)]
pub(crate) struct Commits {
    /// The learner's.
    pub(crate) head: String,
    /// The last that the learner's and the new one have in common.
    pub(crate) base: String,
    /// The new one.
    pub(crate) new: String,
}

/// One change in the folder.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A file that the learner left alone, or never had.
    Write(String, Entry),
    /// A file of the workbook's that both changed, in different places.
    Merge(String, Vec<u8>),
    /// The lock file, which cargo completes.
    Replace(String, Entry),
    /// A learner's file, whose task has another folder now.
    Move(String, String),
    /// A file that the learner left alone and that the workbook has no more.
    Remove(String),
    /// A file that has no place any more, into the backup.
    Aside(String),
    /// The new version of a learner's file, for the learner to read.
    Beside(String, Entry),
}

/// What an update would do.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    /// The files of the commit that notes the update.
    pub(crate) tree: Tree,
    /// How the learner's files looked that are replaced, by path.
    pub(crate) seen: BTreeMap<String, Seen>,
    /// The learner's files that stay as they are, where the workbook's changed or lies elsewhere.
    pub(crate) kept: BTreeSet<String>,
    /// Exercises' folders with another name, old to new.
    pub(crate) renamed: BTreeMap<String, String>,
    /// Exercises that the workbook has no more, and that the learner wrote in.
    pub(crate) left: BTreeSet<String>,
    /// New tasks' folders, as `fan-out/07-failure-modes`.
    pub(crate) added: Vec<String>,
}

/// What happens to one path.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    /// It is as it should be.
    Same,
    /// The new version.
    Theirs,
    /// The learner's version.
    Ours,
    /// The learner's version, with the new one beside it.
    OursWithTheirsBeside,
    /// The new version; the learner's goes into the backup.
    TheirsWithBackup,
    /// Both, if they changed different lines.
    Merged,
    /// Neither.
    Conflict,
}

fn decide(path: &str, base: Option<&Entry>, ours: Option<&str>, theirs: Option<&Entry>) -> Decision {
    let learners = exercise(path).is_some();
    let object = |entry: Option<&Entry>| entry.map(|entry| entry.object.clone());
    match ours.map(str::to_owned) {
        ours if ours == object(theirs) => Decision::Same,
        ours if ours == object(base) => Decision::Theirs,
        _ if base == theirs => Decision::Ours,
        None if !learners => Decision::Theirs,
        _ if learners && theirs.is_none() => Decision::Ours,
        _ if learners => Decision::OursWithTheirsBeside,
        _ if path == "Cargo.lock" && theirs.is_some() => Decision::TheirsWithBackup,
        _ if base.is_some() && theirs.is_some() => Decision::Merged,
        _ => Decision::Conflict,
    }
}

/// Works out what to do. Only objects are written, which git clears away in time.
pub(crate) fn plan(git: &Git, disk: &Disk<'_>, commits: &Commits) -> Result<Plan, Error> {
    let theirs = git.tree(&commits.new)?;
    let base = git.tree(&commits.base)?;
    let mut plan = Plan { renamed: tasks::renamed(&base, &theirs), ..Plan::default() };
    plan.added = added(&base, &theirs, &plan.renamed);
    let base = plan.under_new_names(base);
    let head = plan.under_new_names(git.tree(&commits.head)?);
    let old = plan.renamed.iter().map(|(old, new)| (new.clone(), old.clone())).collect();
    let work = disk.look(git, &base, &head, &theirs, &old)?;

    plan.left = left(&base, &theirs, &work.objects, &work.extra);
    let mut conflicts = Vec::new();
    let paths: BTreeSet<&String> = base.keys().chain(theirs.keys()).chain(head.keys()).collect();
    plan.tree = head.clone();
    plan.seen = work.seen.clone();
    for path in paths {
        if exercise(path).is_some_and(|folder| plan.left.contains(folder)) {
            continue;
        }
        let (was, comes) = (base.get(path), theirs.get(path));
        let lies = work.places.get(path).unwrap_or(path);
        let here = work.objects.get(path).map(String::as_str);
        let in_folder = decide(path, was, here, comes);
        let moved = lies != path;
        match (&in_folder, comes) {
            (Decision::Same, _) if moved => plan.steps.push(Step::Move(lies.clone(), path.clone())),
            (Decision::Same, _) => {}
            (Decision::Theirs, Some(entry)) => {
                plan.steps.push(Step::Write(path.clone(), entry.clone()));
                if moved {
                    plan.steps.push(Step::Remove(lies.clone()));
                }
            }
            (Decision::Theirs, None) => plan.steps.push(Step::Remove(lies.clone())),
            (Decision::Ours | Decision::OursWithTheirsBeside, _) => {
                if moved {
                    plan.steps.push(Step::Move(lies.clone(), path.clone()));
                    plan.kept.insert(path.clone());
                }
                if let (Decision::OursWithTheirsBeside, Some(entry)) = (&in_folder, comes) {
                    plan.steps.push(Step::Beside(path.clone(), entry.clone()));
                    plan.kept.insert(path.clone());
                }
            }
            (Decision::TheirsWithBackup, Some(entry)) => plan.steps.push(Step::Replace(path.clone(), entry.clone())),
            (Decision::Merged, Some(comes)) => {
                let text = disk.merge(git, path, &disk.read(path)?, was, comes)?;
                match text {
                    Some(text) => plan.steps.push(Step::Merge(path.clone(), text)),
                    None => conflicts.push(path.clone()),
                }
            }
            (Decision::Conflict | Decision::TheirsWithBackup | Decision::Merged, _) => conflicts.push(path.clone()),
        }
        let settled = matches!(in_folder, Decision::Same | Decision::Theirs);
        let committed = head.get(path);
        let decision = match decide(path, was, committed.map(|entry| entry.object.as_str()), comes) {
            // What the folder no longer holds need not be merged.
            Decision::Merged | Decision::Conflict if settled => Decision::Theirs,
            decision => decision,
        };
        let entry = match decision {
            Decision::Same | Decision::Theirs | Decision::TheirsWithBackup => comes.cloned(),
            Decision::Ours | Decision::OursWithTheirsBeside => committed.cloned(),
            Decision::Merged => match (committed, comes) {
                (Some(committed), Some(comes)) => {
                    let text = git.bytes(&["cat-file", "blob", &committed.object], None)?;
                    match disk.merge(git, path, &text, was, comes)? {
                        Some(text) => Some(disk.store(git, &text, &comes.mode)?),
                        None => {
                            conflicts.push(path.clone());
                            None
                        }
                    }
                }
                _ => comes.cloned(),
            },
            Decision::Conflict => {
                conflicts.push(path.clone());
                None
            }
        };
        match entry {
            Some(entry) => plan.tree.insert(path.clone(), entry),
            None => plan.tree.remove(path),
        };
    }
    for (from, to) in work.extra.iter().filter(|(from, to)| from != to) {
        plan.steps.push(Step::Move(from.clone(), to.clone()));
        plan.kept.insert(to.clone());
    }
    for (old, untouched) in work.twice {
        plan.steps.push(if untouched { Step::Remove(old) } else { Step::Aside(old) });
    }
    conflicts.sort();
    conflicts.dedup();
    if conflicts.is_empty() { Ok(plan) } else { Err(both_changed(&conflicts, &commits.base)) }
}

impl Plan {
    fn under_new_names(&self, tree: Tree) -> Tree {
        let name = |path: String| match exercise(&path).and_then(|folder| Some((folder, self.renamed.get(folder)?))) {
            Some((old, new)) => format!("{new}{}", &path[old.len()..]),
            None => path,
        };
        tree.into_iter().map(|(path, entry)| (name(path), entry)).collect()
    }
}

/// Tasks that were not there, under this or another name.
fn added(base: &Tree, theirs: &Tree, renamed: &BTreeMap<String, String>) -> Vec<String> {
    let before = tasks::tasks(base);
    let known =
        |task: &&&str| before.contains(**task) || renamed.values().any(|new| *new == format!("exercises/{task}"));
    tasks::tasks(theirs).iter().filter(|task| !known(task)).map(|task| (*task).to_owned()).collect()
}

/// Exercises that the workbook has no more, where something is the learner's: such a folder stays as it is.
fn left(
    base: &Tree,
    theirs: &Tree,
    objects: &BTreeMap<String, String>,
    extra: &[(String, String)],
) -> BTreeSet<String> {
    let (before, after) = (tasks::exercises(base), tasks::exercises(theirs));
    let changed = |folder: &str| {
        let inside = |path: &str| exercise(path) == Some(folder);
        objects.iter().any(|(path, object)| inside(path) && base.get(path).is_none_or(|entry| entry.object != *object))
            || extra.iter().any(|(_, path)| inside(path))
    };
    before.difference(&after).filter(|folder| changed(folder)).map(|folder| (*folder).to_owned()).collect()
}

fn both_changed(paths: &[String], base: &str) -> Error {
    let (list, one_line) = (paths.join("\n  "), paths.join(" "));
    Error::user(
        format!("nothing was changed: outside exercises/, you and the workbook changed the same lines of\n  {list}"),
        format!(
            "keep a copy of yours, bring back the workbook's with `git checkout {} -- {one_line}`, then run this again",
            &base[..base.len().min(12)]
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_versions_decide() {
        let entry = |object: &str| Entry { mode: "100644".into(), object: object.into() };
        let (a, b) = (entry("a"), entry("b"));
        let (lib, test) = ("exercises/fan-out/01-a/src/lib.rs", "tests/harness/src/lib.rs");
        for (path, base, ours, theirs, decision) in [
            (lib, Some(&a), Some("a"), Some(&a), Decision::Same),
            (lib, Some(&a), Some("a"), Some(&b), Decision::Theirs),
            (lib, Some(&a), Some("b"), Some(&b), Decision::Same),
            (lib, Some(&a), Some("x"), Some(&a), Decision::Ours),
            (lib, Some(&a), Some("x"), Some(&b), Decision::OursWithTheirsBeside),
            (lib, Some(&a), Some("x"), None, Decision::Ours),
            (lib, Some(&a), None, Some(&a), Decision::Ours),
            (lib, Some(&a), None, Some(&b), Decision::OursWithTheirsBeside),
            (lib, None, Some("x"), Some(&b), Decision::OursWithTheirsBeside),
            (lib, None, None, Some(&b), Decision::Theirs),
            (lib, None, Some("x"), None, Decision::Ours),
            (test, Some(&a), Some("a"), None, Decision::Theirs),
            (test, Some(&a), None, Some(&b), Decision::Theirs),
            (test, Some(&a), Some("x"), Some(&a), Decision::Ours),
            (test, Some(&a), Some("x"), Some(&b), Decision::Merged),
            (test, Some(&a), Some("x"), None, Decision::Conflict),
            (test, None, Some("x"), Some(&b), Decision::Conflict),
            ("Cargo.lock", Some(&a), Some("x"), Some(&b), Decision::TheirsWithBackup),
        ] {
            assert_eq!(decide(path, base, ours, theirs), decision, "{path} {base:?} {ours:?} {theirs:?}");
        }
    }
}
