//! The folder of a class's copy: it is there whole, or not at all.

use super::copy::Files;
use crate::fault::Fault;
use catalog::Workbook;
use std::fs;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Writes the files beside the folder, and moves them into its place. It must not exist yet, or be empty.
pub(super) fn fill(folder: &Path, files: Files) -> Result<(), Fault> {
    let parent = free(folder)?;
    fs::create_dir_all(&parent).map_err(|error| failed("create", &parent, &error))?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = parent.join(format!(".{name}.unfinished"));
    fs::create_dir(&unfinished).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Fault::usage(format!("{} exists: another export", unfinished.display()))
            .help("wait until that has ended; if it was interrupted, remove the folder"),
        _ => failed("create", &unfinished, &error),
    })?;
    let written = write(&unfinished, files)
        .and_then(|()| lock(&unfinished))
        .and_then(|()| fs::rename(&unfinished, folder).map_err(|error| failed("create", folder, &error)));
    if written.is_err() {
        let _ = fs::remove_dir_all(&unfinished);
    }
    written
}

/// That the folder may be made; the folder that it will lie in.
fn free(folder: &Path) -> Result<PathBuf, Fault> {
    match fs::read_dir(folder).map(|entries| entries.count()) {
        Ok(entries) if entries > 0 => {
            return Err(Fault::usage(format!("{} is not empty", folder.display()))
                .help("name a folder that does not exist yet, or an empty one"));
        }
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return Err(Fault::usage(format!("{} is, or lies in, a file", folder.display()))
                .help("name a folder that does not exist yet"));
        }
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed("read", folder, &error)),
        _ => {}
    }
    let parent = folder.parent().filter(|_| folder.file_name().is_some());
    let parent = parent.ok_or_else(|| Fault::usage(format!("{} is no name for a folder", folder.display())))?;
    let above = parent.ancestors().find(|above| above.exists()).unwrap_or(parent);
    match Workbook::find(above) {
        Ok(other) => {
            Err(Fault::usage(format!("{} lies inside the workbook {}", folder.display(), other.root().display()))
                .help("name a folder outside of it, such as ../class"))
        }
        Err(_) => Ok(parent.to_owned()),
    }
}

fn write(folder: &Path, files: Files) -> Result<(), Fault> {
    for (path, file) in files {
        let path = folder.join(path);
        if let Some(inside) = path.parent() {
            fs::create_dir_all(inside).map_err(|error| failed("create", inside, &error))?;
        }
        fs::write(&path, file.text).map_err(|error| failed("write", &path, &error))?;
        if file.program {
            update::runnable(&path).map_err(|error| failed("write", &path, &error))?;
        }
    }
    Ok(())
}

/// Takes what is not needed any more out of the lock file, as cargo would at the first build, so that the learners'
/// copies stay as they were committed. Versions stay, and nothing is downloaded.
fn lock(folder: &Path) -> Result<(), Fault> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["update", "--workspace", "--offline", "--quiet"]).current_dir(folder);
    let ended = cargo.stdin(Stdio::null()).output().map_err(|error| {
        Fault::infra(format!("cargo does not start: {error}")).help("is the Rust toolchain on the PATH?")
    })?;
    let said = String::from_utf8_lossy(&ended.stderr);
    match ended.status.success() {
        true => Ok(()),
        false => Err(Fault::infra(format!("cargo cannot write the copy's lock file\n{}", said.trim()))
            .help("`cargo fetch` in this workbook gets what it needs to know")),
    }
}

/// What keeps us from writing is not a file that git could bring back.
fn failed(what: &str, path: &Path, error: &Error) -> Fault {
    let help = match error.kind() {
        ErrorKind::StorageFull => "free some space there, or name another folder",
        ErrorKind::PermissionDenied => "name a folder that you may write to",
        _ => "name another folder",
    };
    Fault::usage(format!("cannot {what} {}: {error}", path.display())).help(help)
}
