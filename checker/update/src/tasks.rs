//! Whose a path is, and what became of a task's folder.

use crate::git::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// The folder of an exercise that a path lies in: `exercises/fan-out/07-failure-modes`.
pub(crate) fn exercise(path: &str) -> Option<&str> {
    let mut ends = path.match_indices('/').map(|(at, _)| at);
    let (top, track, task) = (ends.next()?, ends.next()?, ends.next()?);
    (&path[..top] == "exercises" && &path[..track] != "exercises/workbook").then(|| &path[..task])
}

/// The folders of all exercises.
pub(crate) fn exercises(tree: &Tree) -> BTreeSet<&str> {
    tree.keys().filter_map(|path| exercise(path)).collect()
}

/// The folders of all tasks, below `tests/`.
pub(crate) fn tasks(tree: &Tree) -> BTreeSet<&str> {
    tree.keys().filter_map(|path| path.strip_prefix("tests/")?.strip_suffix("/task.toml")).collect()
}

/// Folders that got another name, old to new. A task that keeps its subject has been renumbered; one that keeps its
/// track and number has been renamed.
pub(crate) fn renamed(base: &Tree, theirs: &Tree) -> BTreeMap<String, String> {
    let (before, after) = (exercises(base), exercises(theirs));
    let mut gone: Vec<&str> = before.difference(&after).copied().collect();
    let mut came: Vec<&str> = after.difference(&before).copied().collect();
    let mut renamed = BTreeMap::new();
    for same in [subject, number] {
        gone.retain(|old| {
            let alike: Vec<usize> = (0..came.len()).filter(|new| same(came[*new]) == same(old)).collect();
            let [new] = alike[..] else { return true };
            renamed.insert((*old).to_owned(), came.remove(new).to_owned());
            false
        });
    }
    renamed
}

/// Track and subject: `exercises/fan-out`, `failure-modes`.
fn subject(folder: &str) -> Option<(&str, &str)> {
    let (track, name) = folder.rsplit_once('/')?;
    Some((track, name.split_once('-')?.1))
}

/// Track and number: `exercises/fan-out`, `07`.
fn number(folder: &str) -> Option<(&str, &str)> {
    let (track, name) = folder.rsplit_once('/')?;
    Some((track, name.split_once('-')?.0))
}

#[cfg(test)]
mod tests {
    use super::{exercise, renamed};
    use crate::git::{Entry, Tree};

    fn tree(folders: &[&str]) -> Tree {
        let entry = || Entry { mode: "100644".into(), object: "0".into() };
        folders.iter().map(|folder| (format!("exercises/fan-out/{folder}/Cargo.toml"), entry())).collect()
    }

    #[test]
    fn an_exercise_is_the_learners_and_the_shared_crate_is_not() {
        assert_eq!(exercise("exercises/fan-out/07-a/src/lib.rs"), Some("exercises/fan-out/07-a"));
        for path in ["exercises/workbook/src/lib.rs", "exercises/fan-out/07-a", "tests/fan-out/07-a/stub/lib.rs"] {
            assert_eq!(exercise(path), None, "{path}");
        }
    }

    #[test]
    fn a_subject_tells_more_than_a_number() {
        let pairs = |before: &[&str], after: &[&str]| -> Vec<String> {
            let short = |folder: &str| folder.trim_start_matches("exercises/fan-out/").to_owned();
            let renamed = renamed(&tree(before), &tree(after));
            renamed.iter().map(|(old, new)| format!("{} {}", short(old), short(new))).collect()
        };
        assert_eq!(pairs(&["07-a", "08-b"], &["07-a", "08-c"]), ["08-b 08-c"], "renamed");
        assert_eq!(pairs(&["07-a", "08-b"], &["08-a", "09-b"]), ["07-a 08-a", "08-b 09-b"], "renumbered");
        assert_eq!(pairs(&["07-a"], &["07-a", "08-b"]), [""; 0], "added");
        assert_eq!(pairs(&["07-a", "08-b"], &["07-a"]), [""; 0], "removed");
    }
}
