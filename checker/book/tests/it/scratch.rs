//! A workbook to try things on.

use catalog::Workbook;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A workbook with one task, in a folder that is deleted on drop.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Scratch {
        // Relaxed: the number need only be unique.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("checker-book-{}-{number}", std::process::id()));
        let scratch = Scratch(root);
        scratch.file("Cargo.toml", "");
        scratch.file("exercises/workbook/Cargo.toml", "");
        scratch.file("tests/harness/Cargo.toml", "");
        scratch.file(
            "tests/fan-out/02-unordered/task.toml",
            "title = \"Unordered fan-out\"\nsummary = \"Eight workers.\"\n\
             picture = { test = \"eight\", until_ms = 2, bound = 2, mark = [{ at_ms = 1.5, label = \"cancel\" }] }\n",
        );
        scratch.file(
            "tests/fan-out/02-unordered/acceptance.rs",
            "/// Never more than\n/// `8` in flight.\n#[criterion]\nasync fn eight() {}\n",
        );
        scratch.file(
            "tests/fan-out/02-unordered/loom.rs",
            "/// No wake-up is lost.\n#[model(at_least = 9)]\nfn wakes() {}\n",
        );
        scratch
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.0.join(relative)
    }

    pub(crate) fn file(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn workbook(&self) -> Workbook {
        Workbook::find(&self.0).expect("a workbook")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
