//! A small workbook to spoil: the first task of this one in a folder of its own, with the repository's harness.

use crate::support::{Ran, checker, flowing, repository};
use std::fs;
use std::path::{Path, PathBuf};

/// The task's folders, below `exercises/`, `solutions/` and `tests/`.
pub(crate) const TASK: &str = "fan-out/01-serial-pipeline";

/// A workbook that holds the first task alone.
pub(crate) struct Copy {
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Copy {
    pub(crate) fn new() -> Copy {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // Learners have such folders.
        let root = folder.path().canonicalize().expect("the folder exists").join("My café, no. 1");
        fs::create_dir(&root).expect("a folder");
        let copy = Copy { root, _folder: folder };
        let from = repository();
        for part in ["exercises", "solutions", "tests"] {
            copy_folder(&from.join(part).join(TASK), &copy.path(&format!("{part}/{TASK}")));
        }
        // The exercise as it is given out, whatever is being tried in this repository.
        copy_folder(&copy.path(&format!("tests/{TASK}/stub")), &copy.path(&format!("exercises/{TASK}/src")));
        copy.file(&format!("book/src/{TASK}.md"), "# Serial pipeline\n");
        copy.file("book/src/SUMMARY.md", &format!("- [Serial pipeline](./{TASK}.md)\n"));
        copy.file("tests/harness/README", "The repository's own is used, so that it need not be built again.\n");
        let manifest = fs::read_to_string(from.join("Cargo.toml")).expect("the workbook's manifest");
        copy.file("Cargo.toml", &manifest.replace("path = \"", &format!("path = \"{}/", from.display())));
        fs::copy(from.join("Cargo.lock"), copy.path("Cargo.lock")).expect("the lock file");
        copy
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub(crate) fn text(&self, relative: &str) -> String {
        let path = self.path(relative);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn file(&self, relative: &str, text: &(impl AsRef<[u8]> + ?Sized)) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Replaces what must be there in a file.
    #[track_caller]
    pub(crate) fn edit(&self, relative: &str, old: &str, new: &str) {
        let text = self.text(relative);
        assert!(text.contains(old), "{relative} does not say {old:?}");
        self.file(relative, &text.replacen(old, new, 1));
    }

    /// Runs the checker in this workbook.
    pub(crate) fn checker(&self, arguments: &[&str]) -> Ran {
        checker(&self.root, arguments)
    }

    /// The learner's library.
    pub(crate) fn lib(&self) -> String {
        format!("exercises/{TASK}/src/lib.rs")
    }

    /// Solves the exercise with the reference solution.
    pub(crate) fn solve(&self) {
        for file in ["lib.rs", "main.rs"] {
            let text = self.text(&format!("solutions/{TASK}/src/{file}"));
            self.file(&format!("exercises/{TASK}/src/{file}"), &text.replace("fan_out_01_solution", "fan_out_01"));
        }
    }
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())).flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            // Read and written, not copied: an unwritable file would stay unwritable.
            fs::write(&to, fs::read(&from).expect("a file to copy")).expect("a copy");
        }
    }
}

impl Ran {
    /// Standard output does not hold the text.
    #[track_caller]
    pub(crate) fn keeps(&self, text: &str) -> &Ran {
        assert!(!flowing(&self.out()).contains(&flowing(text)), "not expected on standard output: {text}\n{self}");
        self
    }

    /// Standard error holds the text, wherever its lines are broken.
    #[track_caller]
    pub(crate) fn complains(&self, text: &str) -> &Ran {
        assert!(flowing(&self.err()).contains(&flowing(text)), "expected on standard error: {text}\n{self}");
        self
    }
}
