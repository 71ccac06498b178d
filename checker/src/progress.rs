//! What a learner has passed, which hints they have seen, and what failed last: one small file by the tasks' ids,
//! `.workbook/progress.json`.
//!
//! Whoever changes it holds a lock, reads what is there, changes that, and puts a whole new file in its place. So two
//! checkers at once lose nothing, and a kill at any moment leaves the old file or the new one.

mod file;
mod store;
#[cfg(test)]
mod tests;

#[cfg(test)]
use crate::fault::Fault;
pub(crate) use file::File;
use std::path::Path;
use store::Store;

/// The progress of one workbook, as it was when it was read.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    file: File,
}

impl Progress {
    /// Reads the progress. Where there is none, or it cannot be read, nothing is known; the second is said on standard
    /// error. A file that is no progress is kept aside, never deleted.
    pub(crate) fn read(root: &Path) -> Progress {
        let file = Store::of(root).read().unwrap_or_else(|fault| {
            errln!("{}", fault.warning());
            File::default()
        });
        Progress { file }
    }

    /// Whether a task was passed, with these or with older tests.
    pub(crate) fn passed(&self, id: &str) -> bool {
        self.file.task(id).is_some_and(|task| task.passed.is_some())
    }

    /// Whether a task was passed with these tests.
    pub(crate) fn passed_with(&self, id: &str, tests: &str) -> bool {
        self.file.task(id).and_then(|task| task.passed.as_deref()) == Some(tests)
    }

    /// The hints that were seen, by name, in the order in which they were.
    pub(crate) fn hints(&self, id: &str) -> &[String] {
        self.file.task(id).map_or(&[], |task| &task.hints)
    }

    /// The test of the first criterion that did not hold when the task was judged last; none once it has passed.
    pub(crate) fn failing(&self, id: &str) -> Option<&str> {
        self.file.task(id)?.failing.as_deref()
    }
}

/// Changes what is kept, and returns all of it. What cannot be kept is still in the answer; why is said on standard
/// error, for a verdict is worth more than its record.
pub(crate) fn update(root: &Path, change: impl Fn(&mut File)) -> Progress {
    let store = Store::of(root);
    let file = store.update(&change).unwrap_or_else(|fault| {
        errln!("{}", fault.warning());
        let mut file = store.read().unwrap_or_default();
        change(&mut file);
        file
    });
    Progress { file }
}

/// As [`update`], for a caller that must know whether it was kept.
#[cfg(test)]
pub(crate) fn try_update(root: &Path, change: impl Fn(&mut File)) -> Result<(), Fault> {
    Store::of(root).update(&change).map(|_| ())
}
