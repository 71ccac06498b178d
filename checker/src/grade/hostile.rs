//! The corpus of hostile submissions.

mod header;

use crate::fault::Fault;
use crate::judge::Outcome;
use catalog::Task;
use header::{HEADERS, Header};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use verdict::Kind;

/// Names another folder than `tests/hostile`, such as one with a part of it.
const CORPUS: &str = "WORKBOOK_HOSTILE_CORPUS";

/// A submission whose end is known.
#[derive(Debug)]
pub(super) struct Hostile {
    name: String,
    folder: PathBuf,
    /// Its main file, whose first lines say what it expects.
    text: String,
    header: Header,
}

impl Hostile {
    /// The name of its folder.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its main file.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What may be taken of it, by path inside `src/`. What else it has is part of the attack.
    pub(super) fn sources(&self) -> Result<BTreeMap<PathBuf, PathBuf>, Fault> {
        let mut files = BTreeMap::new();
        let sources = self.folder.join("src");
        let sources = if sources.is_dir() { sources } else { self.folder.clone() };
        crate::subject::collect(&sources, Path::new(""), &mut files)?;
        Ok(files)
    }

    /// What of its outcome is not as it should be; nothing if it was contained.
    pub(super) fn hold(&self, outcome: &Outcome) -> Vec<String> {
        let kinds: Vec<Kind> = outcome.judged.iter().map(|judged| judged.verdict.kind).collect();
        let held = self.header.expected.met_by(&kinds);
        held.err().map(|said| format!("{said} ({})", self.header.contained)).into_iter().collect()
    }
}

/// The hostile submissions for a task, by name.
///
/// # Errors
///
/// A folder that cannot be read, or a header that does not say what it should.
pub(super) fn of(root: &Path, task: &Task) -> Result<Vec<Hostile>, Fault> {
    let corpus = std::env::var_os(CORPUS).map_or_else(|| root.join("tests/hostile"), PathBuf::from);
    let entries = std::fs::read_dir(&corpus).map_err(|error| Fault::file("read", &corpus, &error))?;
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    let mut found = Vec::new();
    for folder in folders {
        let hostile = read(folder)?;
        if hostile.header.task == task.id() {
            found.push(hostile);
        }
    }
    Ok(found)
}

fn read(folder: PathBuf) -> Result<Hostile, Fault> {
    let file = HEADERS.iter().map(|name| folder.join(name)).find(|file| file.exists());
    let file = file.ok_or_else(|| Fault::infra(format!("{} has none of {}", folder.display(), HEADERS.join(", "))))?;
    let text = std::fs::read_to_string(&file).map_err(|error| Fault::file("read", &file, &error))?;
    let header = Header::read(&text).map_err(|said| Fault::infra(format!("{}: {said}", file.display())))?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Hostile { name, folder, text, header })
}
