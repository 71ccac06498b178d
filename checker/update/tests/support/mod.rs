//! A workbook's source, small, and learners' copies of it: real git repositories.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder under git.
pub(crate) struct Repository {
    pub(crate) root: PathBuf,
}

/// A source and a clone of it, in a temporary folder.
pub(crate) struct World {
    pub(crate) source: Repository,
    pub(crate) learner: Repository,
    folder: tempfile::TempDir,
}

pub(crate) const LIB: &str = "exercises/fan-out/01-first/src/lib.rs";
pub(crate) const STUB: &str = "//! The brief.\n\npub fn answer() -> u64 {\n    todo!()\n}\n";
pub(crate) const NEW_STUB: &str = "//! The brief, clearer.\n\npub fn answer() -> u64 {\n    todo!()\n}\n";
pub(crate) const MINE: &str =
    "//! The brief.\n\npub fn answer() -> u64 {\r\n    42 // mine, \u{e9}\n}\n// no newline at the end";

impl World {
    pub(crate) fn new() -> World {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().canonicalize().expect("it exists").join("My caf\u{e9}, no. 1");
        fs::create_dir(&place).expect("a folder");
        let source = Repository { root: place.join("source") };
        fs::create_dir(&source.root).expect("a folder");
        source.git(&["init", "--quiet", "--initial-branch", "main"]);
        source.identify();
        source.file("Cargo.toml", "[workspace]\nresolver = \"3\"\n\n# One.\n\n# Two.\n\n# Three.\n");
        source.file("Cargo.lock", "version = 4\n");
        source.file(".gitignore", "/target\n/.workbook\n");
        source.file("tests/harness/Cargo.toml", "[package]\nname = \"harness\"\n");
        source.file("tests/harness/src/lib.rs", "pub fn judge() {}\n");
        source.task("fan-out/01-first", STUB);
        source.task("fan-out/02-second", STUB);
        source.commit("The workbook");
        let learner = Repository { root: place.join("learner") };
        source.git(&["clone", "--quiet", ".", &learner.root.display().to_string()]);
        learner.identify();
        World { source, learner, folder }
    }

    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("it exists").join(name)
    }
}

impl Repository {
    fn identify(&self) {
        self.git(&["config", "user.name", "Somebody"]);
        self.git(&["config", "user.email", "somebody@example.org"]);
        // Nothing here need survive the machine.
        self.git(&["config", "core.fsync", "none"]);
    }

    /// Writes all files of a task.
    pub(crate) fn task(&self, folder: &str, stub: &str) {
        let name = folder.replace('/', "-");
        self.file(&format!("exercises/{folder}/Cargo.toml"), &format!("[package]\nname = \"{name}\"\n"));
        self.file(&format!("exercises/{folder}/src/lib.rs"), stub);
        self.file(&format!("solutions/{folder}/src/lib.rs"), "pub fn answer() -> u64 { 42 }\n");
        self.file(&format!("tests/{folder}/stub/lib.rs"), stub);
        self.file(&format!("tests/{folder}/task.toml"), "title = \"T\"\nsummary = \"S\"\n");
        self.file(&format!("tests/{folder}/acceptance.rs"), "use task::answer;\n");
    }

    pub(crate) fn stub(&self, folder: &str, text: &str) {
        self.file(&format!("exercises/{folder}/src/lib.rs"), text);
        self.file(&format!("tests/{folder}/stub/lib.rs"), text);
    }

    pub(crate) fn rename(&self, old: &str, new: &str) {
        for part in ["exercises", "solutions", "tests"] {
            self.git(&["mv", &format!("{part}/{old}"), &format!("{part}/{new}")]);
        }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn file(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    pub(crate) fn text(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// Runs git, which must not fail.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let (succeeded, said) = self.try_git(arguments);
        assert!(succeeded, "git {arguments:?} in {}\n{said}", self.root.display());
        said
    }

    /// Runs git: whether it succeeded, and what it said.
    pub(crate) fn try_git(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("git").args(arguments).current_dir(&self.root).env("LC_ALL", "C").output();
        let output = output.expect("git starts");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).trim_end().to_owned())
    }

    /// What git calls changed, staged or not.
    pub(crate) fn status(&self) -> String {
        self.git(&["status", "--porcelain"])
    }

    /// Updates, which must not fail.
    #[track_caller]
    pub(crate) fn update(&self) -> update::Updated {
        update::update(&self.root, None).unwrap_or_else(|error| panic!("{error}"))
    }

    /// All files but git's and the update's own, as text.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut files, mut open) = (BTreeMap::new(), vec![self.root.clone()]);
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).expect("a folder").flatten() {
                let (path, name) = (entry.path(), entry.file_name());
                if name == ".git" || name == ".workbook" {
                    continue;
                }
                if path.is_dir() {
                    open.push(path);
                } else {
                    let text = fs::read(&path).expect("a file");
                    files.insert(Path::new(&path).strip_prefix(&self.root).expect("inside").to_owned(), text);
                }
            }
        }
        files
    }
}
