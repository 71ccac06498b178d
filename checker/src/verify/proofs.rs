//! What was proved, as in Go's test cache: kept under `target/`, never in progress. Only what is as expected is ever
//! noted; a clean clone proves everything.

use crate::fault::Fault;
use crate::stage;
use catalog::Task;
use std::path::{Path, PathBuf};

/// So many proofs of a subject are kept: one each of as many branches that share a target folder.
const MOST: usize = 4;

/// The proofs of one task's subjects.
#[derive(Debug)]
pub(crate) struct Proofs {
    path: PathBuf,
    /// Keys and subjects, the latest first.
    known: Vec<(String, String)>,
}

impl Proofs {
    /// Reads them; what cannot be read was not proved.
    pub(crate) fn read(root: &Path, task: &Task) -> Proofs {
        let path = stage::target(root).join("verified").join(task.package());
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let known = text.lines().filter_map(|line| line.split_once(' '));
        Proofs { path, known: known.map(|(key, name)| (key.to_owned(), name.to_owned())).collect() }
    }

    /// Whether this subject was proved under this key.
    pub(crate) fn hold(&self, name: &str, key: &str) -> bool {
        self.known.iter().any(|known| known.0 == key && known.1 == name)
    }

    pub(crate) fn note(&mut self, name: &str, key: &str) {
        self.forget(name, key);
        self.known.insert(0, (key.to_owned(), name.to_owned()));
        let mut kept = 0;
        self.known.retain(|known| {
            known.1 != name || {
                kept += 1;
                kept <= MOST
            }
        });
    }

    pub(crate) fn forget(&mut self, name: &str, key: &str) {
        self.known.retain(|known| known.0 != key || known.1 != name);
    }

    /// Writes the proofs: whole, or not at all.
    pub(crate) fn write(&self) -> Result<(), Fault> {
        let lines = self.known.iter().map(|(key, name)| format!("{key} {name}\n"));
        replace(&self.path, &lines.collect::<String>())
    }
}

/// Writes a file whole, or not at all.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| Fault::file("create", folder, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.new", std::process::id()));
    std::fs::write(&beside, text).map_err(|error| Fault::file("write", &beside, &error))?;
    std::fs::rename(&beside, path).map_err(|error| Fault::file("replace", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_some_proofs_and_no_more() {
        let mut proofs = Proofs { path: PathBuf::new(), known: Vec::new() };
        for key in ["a", "b", "c", "d", "e", "b"] {
            proofs.note("stub", key);
        }
        proofs.note("solution", "a");
        assert_eq!(["a", "b", "c", "d", "e"].map(|key| proofs.hold("stub", key)), [false, true, true, true, true]);
        assert!(proofs.hold("solution", "a") && !proofs.hold("solution", "b"));
        proofs.forget("stub", "b");
        assert!(!proofs.hold("stub", "b"));
    }
}
