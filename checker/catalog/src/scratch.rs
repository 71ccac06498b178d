//! A workbook to try things on.

use crate::{Task, Workbook};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// An empty workbook in a temporary folder, deleted on drop.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Scratch {
        // Relaxed: the number need only be unique.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("catalog-{}-{number}", std::process::id());
        let temporary = fs::canonicalize(std::env::temp_dir()).expect("a temporary folder");
        let scratch = Scratch(temporary.join(name).join("workbook"));
        scratch.file("Cargo.toml", "");
        scratch.file("exercises/workbook/Cargo.toml", "");
        scratch.file("tests/harness/Cargo.toml", "");
        scratch
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.0.join(relative)
    }

    pub(crate) fn file(&self, relative: &str, text: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn workbook(&self) -> Workbook {
        Workbook::find(&self.0).expect("a workbook")
    }

    /// Adds a task whose `task.toml` says the least.
    pub(crate) fn task(&self, folder: &str) -> Task {
        self.file(&format!("tests/{folder}/task.toml"), "title = \"A title\"\nsummary = \"A sentence.\"\n");
        Task::read(&self.0, &self.path("tests").join(folder)).expect("a task")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap_or(&self.0));
    }
}
