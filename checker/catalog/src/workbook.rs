//! The workbook: the folder that everything lies in.

use crate::{Error, Task, files};
use std::fs;
use std::path::{Path, PathBuf};

/// A workbook's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workbook {
    root: PathBuf,
}

impl Workbook {
    /// Finds the workbook that a file or folder lies in.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if there is no such file or folder, [`Error::NoWorkbook`] if no folder on the way up holds `Cargo.toml`, `exercises/` and `tests/harness/`.
    pub fn find(from: &Path) -> Result<Workbook, Error> {
        let start = fs::canonicalize(from).map_err(|source| Error::Read { path: from.into(), source })?;
        let complete = |dir: &&Path| {
            dir.join("Cargo.toml").is_file() && dir.join("exercises").is_dir() && dir.join("tests/harness").is_dir()
        };
        let root = start.ancestors().find(complete).ok_or_else(|| Error::NoWorkbook { from: start.clone() })?;
        Ok(Workbook { root: root.into() })
    }

    /// The workbook's folder, as an absolute path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All tasks, in the order in which they are meant to be solved: first the tracks that
    /// the workbook teaches, in their order, in each the numbered tasks, then the lettered ones.
    ///
    /// # Errors
    ///
    /// A `task.toml` that cannot be read, a folder that is not named like a task, two tasks of one id.
    pub fn tasks(&self) -> Result<Vec<Task>, Error> {
        let mut tasks = Vec::new();
        for track in files::folders(&self.root.join("tests"))? {
            for dir in files::folders(&track)? {
                if dir.join("task.toml").is_file() {
                    tasks.push(Task::read(&self.root, &dir)?);
                }
            }
        }
        tasks.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.folder().cmp(b.folder())));
        if let Some([first, second]) = tasks.array_windows().find(|[a, b]| place(a) == place(b)) {
            return Err(Error::SameId { id: first.id(), first: first.tests(), second: second.tests() });
        }
        Ok(tasks)
    }
}

/// The tracks in the order in which the workbook teaches them; others follow by name.
const TRACKS: [&str; 5] = ["fan-out", "push-pull", "worker-pools", "fan-in", "incidents"];

fn place(task: &Task) -> impl Ord + '_ {
    let track = TRACKS.iter().position(|track| *track == task.track()).unwrap_or(TRACKS.len());
    (track, task.track(), task.number())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn found_from_a_folder_deep_inside() {
        let scratch = Scratch::new();
        scratch.file("exercises/fan-out/07-failure-modes/src/lib.rs", "");
        let workbook = Workbook::find(&scratch.path("exercises/fan-out/07-failure-modes/src")).expect("a workbook");
        assert_eq!(workbook.root().join("tests"), scratch.path("tests"));
        let error = Workbook::find(&scratch.path("..")).expect_err("no workbook up there");
        assert!(matches!(error, Error::NoWorkbook { .. }), "{error}");
        assert!(error.help().contains("tests/harness"), "{}", error.help());
    }

    #[test]
    fn tracks_and_numbers_are_in_teaching_order() {
        let scratch = Scratch::new();
        for folder in [
            "zebra/01-z",
            "fan-in/01-a",
            "fan-out/10-b",
            "fan-out/s1-c",
            "fan-out/02-d",
            "worker-pools/p1-e",
            "worker-pools/18-f",
            "push-pull/1-g",
            "incidents/01-h",
            "aardvark/01-i",
        ] {
            scratch.task(folder);
        }
        scratch.file("tests/fan-out/notes/readme.md", "no task");
        let ids: Vec<_> = scratch.workbook().tasks().expect("tasks").iter().map(Task::id).collect();
        let expected = [
            "fan-out/2",
            "fan-out/10",
            "fan-out/s1",
            "push-pull/1",
            "worker-pools/18",
            "worker-pools/p1",
            "fan-in/1",
            "incidents/1",
            "aardvark/1",
            "zebra/1",
        ];
        assert_eq!(ids, expected);
    }

    #[test]
    fn a_task_is_numbered_once() {
        let scratch = Scratch::new();
        scratch.task("fan-out/07-a");
        scratch.task("fan-out/7-b");
        let error = scratch.workbook().tasks().expect_err("two of a number");
        assert!(matches!(&error, Error::SameId { id, .. } if id == "fan-out/7"), "{error}");
    }

    #[test]
    fn a_folder_is_named_by_number_and_subject() {
        let scratch = Scratch::new();
        scratch.file("tests/fan-out/failure-modes/task.toml", "title = \"\"\nsummary = \"\"\n");
        let error = scratch.workbook().tasks().expect_err("no number");
        assert!(matches!(error, Error::Folder { .. }), "{error}");
    }
}
