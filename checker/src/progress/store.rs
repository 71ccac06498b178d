//! Where the file lies, and how it is replaced.

use super::file::{File, Unusable};
use crate::fault::Fault;
use crate::lock::Lock;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The folder `.workbook`.
pub(super) struct Store {
    folder: PathBuf,
    path: PathBuf,
}

impl Store {
    pub(super) fn of(root: &Path) -> Store {
        let folder = root.join(".workbook");
        Store { path: folder.join("progress.json"), folder }
    }

    /// What is known. A file that is no progress is kept aside.
    ///
    /// # Errors
    ///
    /// A file of a later version, one that cannot be read, and one that cannot be kept aside.
    pub(super) fn read(&self) -> Result<File, Fault> {
        match self.parse()? {
            Ok(file) => Ok(file),
            Err(Unusable::Newer(version)) => Err(self.newer(version)),
            // What is there may be another by now: who moves it must hold the lock.
            Err(Unusable::Broken(_)) => self.usable(&self.lock()?),
        }
    }

    /// Changes the file: whole, or not at all.
    ///
    /// # Errors
    ///
    /// As [`Store::read`]; and a folder or file that cannot be written, or whose lock another checker does not release.
    pub(super) fn update(&self, change: &impl Fn(&mut File)) -> Result<File, Fault> {
        let lock = self.lock()?;
        let before = self.usable(&lock)?;
        let mut file = before.clone();
        change(&mut file);
        if file != before {
            self.replace(&file, &lock)?;
        }
        Ok(file)
    }

    fn parse(&self) -> Result<Result<File, Unusable>, Fault> {
        match fs::read(&self.path) {
            Ok(text) => Ok(File::parse(&text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Ok(File::default())),
            Err(error) => Err(Fault::file("read", &self.path, &error)),
        }
    }

    /// What is known, once what is no progress is out of the way.
    fn usable(&self, _lock: &Lock) -> Result<File, Fault> {
        let why = match self.parse()? {
            Ok(file) => return Ok(file),
            Err(Unusable::Newer(version)) => return Err(self.newer(version)),
            Err(Unusable::Broken(why)) => why,
        };
        let aside = self.aside();
        fs::rename(&self.path, &aside).map_err(|error| Fault::file("keep aside", &self.path, &error))?;
        let kept = format!("{} cannot be read ({why}), and is kept as {}", self.path.display(), aside.display());
        let broken =
            Fault::infra(kept).help("mend it and rename it back, or judge the tasks again: each verdict counts");
        errln!("{}", broken.warning());
        Ok(File::default())
    }

    fn newer(&self, version: u64) -> Fault {
        let known = super::file::VERSION;
        let message = format!(
            "{} was written by a later checker (version {version}, this one knows {known}): it is left as it is, and \
             progress is neither shown nor kept",
            self.path.display()
        );
        Fault::usage(message).help("update the workbook")
    }

    /// A name that is free.
    fn aside(&self) -> PathBuf {
        let named = |number: u32| match number {
            1 => self.path.with_extension("json.unreadable"),
            _ => self.path.with_extension(format!("json.unreadable-{number}")),
        };
        (1..).map(named).find(|path| !path.exists()).expect("some number is free")
    }

    fn lock(&self) -> Result<Lock, Fault> {
        fs::create_dir_all(&self.folder).map_err(|error| Fault::file("create", &self.folder, &error))?;
        Lock::hold(&self.folder.join("progress.lock"))
    }

    /// Writes beside the file, and only what has reached the disk takes its place.
    fn replace(&self, file: &File, lock: &Lock) -> Result<(), Fault> {
        if lock.alone() {
            self.sweep();
        }
        let beside = self.folder.join(format!("{BESIDE}{}.new", std::process::id()));
        let written = fs::File::create(&beside).and_then(|mut new| {
            new.write_all(&file.text())?;
            new.sync_all()
        });
        let replaced = written.and_then(|()| fs::rename(&beside, &self.path));
        replaced.map_err(|error| {
            let _ = fs::remove_file(&beside);
            Fault::file("replace", &self.path, &error)
        })?;
        // The new name reaches the disk with its folder; where folders cannot be opened, in the system's own time.
        let _ = fs::File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(())
    }

    /// Removes what checkers left that were killed while they wrote: whoever has the lock is the only one who writes.
    fn sweep(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(BESIDE) && name.ends_with(".new") {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// How the name of a file begins that is to take the place of the old one.
const BESIDE: &str = "progress.";
