//! Reading files and folders with errors that name them.

use crate::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The whole of a text file.
pub(crate) fn text(file: &Path) -> Result<String, Error> {
    let bytes = fs::read(file).map_err(|source| Error::Read { path: file.into(), source })?;
    String::from_utf8(bytes).map_err(|error| Error::NotText { file: file.into(), at: error.utf8_error().valid_up_to() })
}

/// The folders in a folder, by name; none where there is no such folder.
pub(crate) fn folders(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    Ok(entries(dir)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// All files in and below a folder, by path, relative to it; none where there is no such folder.
pub(crate) fn below(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(relative) = open.pop() {
        for path in entries(&dir.join(&relative))? {
            let name = relative.join(path.file_name().unwrap_or_default());
            if path.is_dir() { open.push(name) } else { files.push(name) }
        }
    }
    files.sort();
    Ok(files)
}

/// What a folder holds, by name, without hidden entries.
fn entries(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Read { path: dir.into(), source };
    let listing = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.map_err(failed)?,
    };
    let mut paths = Vec::new();
    for entry in listing {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}
