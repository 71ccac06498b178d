//! What a learner has passed: one small file, keyed by the tasks' ids and the hash of the tests that judged.

use crate::fault::Fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The progress of one workbook.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    path: PathBuf,
    file: File,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct File {
    version: u32,
    /// The hash of the judging tests, by the task's id.
    passed: BTreeMap<String, String>,
}

impl Progress {
    /// Reads the progress. A file that cannot be read is kept aside, never deleted.
    pub(crate) fn read(root: &Path) -> Progress {
        let path = root.join(".workbook/progress.json");
        let file = match std::fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).unwrap_or_else(|error| {
                let aside = path.with_extension("json.unreadable");
                let kept = std::fs::rename(&path, &aside).is_ok();
                let where_to = if kept { format!(", and is kept as {}", aside.display()) } else { String::new() };
                errln!("warning: {} cannot be read ({error}){where_to}", path.display());
                File::default()
            }),
            Err(_) => File::default(),
        };
        Progress { path, file }
    }

    /// Notes that a task was passed.
    pub(crate) fn pass(&mut self, id: &str, tests: String) {
        self.file.passed.insert(id.to_owned(), tests);
    }

    /// Whether a task was passed, with these or with older tests.
    pub(crate) fn passed(&self, id: &str) -> bool {
        self.file.passed.contains_key(id)
    }

    /// Whether a task was passed with these tests.
    pub(crate) fn passed_with(&self, id: &str, tests: &str) -> bool {
        self.file.passed.get(id).is_some_and(|known| known == tests)
    }

    /// Writes the progress: whole, or not at all.
    pub(crate) fn write(&mut self) -> Result<(), Fault> {
        self.file.version = 1;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| Fault::file("create", folder, &error))?;
        let text = serde_json::to_vec_pretty(&self.file).expect("progress is plain data");
        let beside = folder.join(format!("progress.{}.new", std::process::id()));
        std::fs::write(&beside, text).map_err(|error| Fault::file("write", &beside, &error))?;
        std::fs::rename(&beside, &self.path).map_err(|error| Fault::file("replace", &self.path, &error))
    }
}
