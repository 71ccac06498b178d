//! Which files make up a copy of the workbook: what a clone has, with every exercise as its stub. The archive of an
//! installed checker and `checker export` take this list.
//!
//! The list is that of the source, not of git, so that a source archive will do. A test holds it against git's.

use std::fs;
use std::path::{Path, PathBuf};

/// Where each file lies in a copy, and where it comes from; both from the workbook's folder.
type Files = Vec<(PathBuf, PathBuf)>;

/// What lies in the workbook's root, beside the files of [`FILES`].
const FOLDERS: [&str; 6] = [".cargo", ".ci", "book", "checker", "solutions", "tests"];

/// The files in the root; those that are missing are left out.
const FILES: [&str; 14] = [
    ".gitattributes",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "rustfmt.toml",
    "typos.toml",
];

/// The files, by their paths. `watch` hears each file and folder that decides about the list.
pub(crate) fn of(root: &Path, watch: &mut dyn FnMut(&Path)) -> Files {
    let mut files = Vec::new();
    for name in FILES.map(PathBuf::from) {
        watch(&root.join(&name));
        if root.join(&name).is_file() {
            files.push((name.clone(), name));
        }
    }
    for folder in FOLDERS.map(PathBuf::from) {
        watch(&root.join(&folder));
        below(root, &folder, &mut files);
    }
    exercises(root, &mut files, watch);
    files.sort();
    files
}

/// Every exercise: its stub, its manifest and its mount, whatever else lies in its folder.
fn exercises(root: &Path, files: &mut Files, watch: &mut dyn FnMut(&Path)) {
    let shared = Path::new("exercises/workbook");
    watch(&root.join(shared));
    below(root, shared, files);
    for track in entries(&root.join("exercises")) {
        for task in entries(&root.join("exercises").join(&track)) {
            let folder = Path::new("exercises").join(&track).join(&task);
            let stub = Path::new("tests").join(&track).join(&task).join("stub");
            if track == Path::new("workbook") || !root.join(&stub).is_dir() {
                continue;
            }
            for part in ["Cargo.toml", "tests", "benches"].map(|part| folder.join(part)) {
                watch(&root.join(&part));
                below(root, &part, files);
            }
            let mut sources = Vec::new();
            below(root, &stub, &mut sources);
            files.extend(
                sources
                    .into_iter()
                    .filter_map(|(path, from)| Some((folder.join("src").join(path.strip_prefix(&stub).ok()?), from))),
            );
        }
    }
}

/// The files in and below a path, but for what is built or left over.
fn below(root: &Path, path: &Path, files: &mut Files) {
    let full = root.join(path);
    if full.is_file() {
        files.push((path.to_owned(), path.to_owned()));
    } else if full.is_dir() && path != Path::new("book/book") {
        for name in entries(&full) {
            let text = name.to_string_lossy();
            let left_over = text == "target" || text.ends_with(".bak") || text.starts_with("mutants.out");
            // Of what is hidden, a hostile submission's configuration of cargo is the workbook's.
            if !left_over && (!text.starts_with('.') || text == ".cargo") {
                below(root, &path.join(&name), files);
            }
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| PathBuf::from(entry.file_name())).collect()
}

/// Whether a file is to be run.
#[cfg(unix)]
pub(crate) fn program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o100 != 0)
}

/// Whether a file is to be run.
#[cfg(not(unix))]
pub(crate) fn program(path: &Path) -> bool {
    path == Path::new(".ci/run")
}
