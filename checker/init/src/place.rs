//! The folder of a new workbook: whether it may be used, and how it is filled.

use crate::UNFINISHED;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;
use update::Error;

/// A folder that is ours to fill.
#[derive(Debug)]
pub(crate) struct Place {
    /// An absolute path.
    pub(crate) root: PathBuf,
    /// Whether an earlier run was interrupted here.
    pub(crate) resumed: bool,
    /// Whether the folder did not exist.
    new: bool,
    /// Held until all is in its place.
    _lock: File,
}

impl Place {
    /// Takes the folder, or says why it cannot be used.
    pub(crate) fn take(folder: &Path) -> Result<Place, Error> {
        let new = match fs::symlink_metadata(folder) {
            Ok(_) => false,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => true,
            Err(error) => return Err(Error::file("look at", folder, &error)),
        };
        outside(folder)?;
        fs::create_dir_all(folder).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                Error::user(format!("{} is a file", folder.display()), "name a folder that does not exist yet")
            }
            _ => Error::file("create", folder, &error),
        })?;
        let root = folder.canonicalize().map_err(|error| Error::file("find", folder, &error))?;
        let names = names(&root)?;
        let resumed = names.iter().any(|name| name == UNFINISHED);
        if !resumed {
            unused(&root, &names)?;
        }
        let unfinished = root.join(UNFINISHED);
        let taken = fs::create_dir_all(&unfinished).map_err(|error| Error::file("create", &unfinished, &error));
        let lock = taken.and_then(|()| {
            let path = unfinished.join("lock");
            File::create(&path).map_err(|error| Error::file("create", &path, &error))
        });
        let lock = match lock {
            Ok(lock) => lock,
            Err(error) => {
                let _ = fs::remove_dir(&unfinished);
                if new {
                    let _ = fs::remove_dir(&root);
                }
                return Err(error);
            }
        };
        if let Err(fs::TryLockError::WouldBlock) = lock.try_lock() {
            return Err(Error::user(
                format!("another `init` is filling {}", root.display()),
                "wait until it has ended",
            ));
        }
        Ok(Place { root, resumed, new, _lock: lock })
    }

    /// Where everything lies until it is whole.
    pub(crate) fn unfinished(&self) -> PathBuf {
        self.root.join(UNFINISHED)
    }

    /// Moves everything up, `Cargo.toml` last.
    pub(crate) fn settle(&self, ready: &Path) -> Result<(), Error> {
        let mut names = names(ready)?;
        names.sort_by_key(|name| (name == "Cargo.toml", name.clone()));
        for name in names {
            let (from, to) = (ready.join(&name), self.root.join(&name));
            if fs::symlink_metadata(&to).is_ok() {
                return Err(Error::user(
                    format!("{} came into being while the workbook was made", to.display()),
                    "move it elsewhere, then run the same command again",
                ));
            }
            fs::rename(&from, &to).map_err(|error| Error::file("write", &to, &error))?;
        }
        remove(&self.unfinished())
    }

    /// After a failure: leaves nothing of ours, but what is in its place already.
    pub(crate) fn give_back(&self) {
        if self.root.join("exercises").exists() {
            return; // Moving has begun: a second run goes on with it.
        }
        let _ = remove(&self.unfinished());
        if self.new {
            let _ = fs::remove_dir(&self.root);
        }
    }
}

/// A workbook inside another one would share its settings and be judged as part of it.
fn outside(folder: &Path) -> Result<(), Error> {
    let folder = std::path::absolute(folder).map_err(|error| Error::file("find", folder, &error))?;
    let up = folder.ancestors().find_map(|ancestor| ancestor.canonicalize().ok());
    let is = |folder: &&Path| folder.join("Cargo.toml").is_file() && folder.join("tests/harness").is_dir();
    match up.as_deref().unwrap_or(&folder).ancestors().find(is) {
        None => Ok(()),
        Some(other) if up.as_deref() == Some(other) && folder.exists() => Err(Error::user(
            format!("{} is a workbook already", other.display()),
            "to bring it up to date: `cargo checker update` in that folder",
        )),
        Some(other) => Err(Error::user(
            format!("{} lies inside the workbook {}", folder.display(), other.display()),
            "name a folder outside of it, such as ../my-workbook",
        )),
    }
}

/// Empty, or with an empty repository.
fn unused(root: &Path, names: &[String]) -> Result<(), Error> {
    let others: Vec<&String> = names.iter().filter(|name| *name != ".git").collect();
    let Some(first) = others.first() else { return Ok(()) };
    let more = match others.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    Err(Error::user(
        format!("{} is not empty: it holds {first}{more}", root.display()),
        "name a folder that does not exist yet, or an empty one",
    ))
}

fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let failed = |error: std::io::Error| Error::file("read", folder, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Removes a folder, if it is there. A git whose checker was killed may still be writing into it.
pub(crate) fn remove(folder: &Path) -> Result<(), Error> {
    const TRIES: usize = 100;
    for _ in 0..TRIES {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                std::thread::park_timeout(Duration::from_millis(20));
            }
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::file("remove", folder, &error)),
            _ => return Ok(()),
        }
    }
    fs::remove_dir_all(folder).map_err(|error| Error::file("remove", folder, &error))
}
