//! Files that are there whole or not at all, and their sums.

use crate::Error;
use crate::chain::hex;
use crate::error::at;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The sums of all that is derived and of the journal, as `sha256sum --check` reads them.
pub const SUMS: &str = "SHA256SUMS";

/// Writes the files of a results folder.
#[derive(Debug)]
pub(crate) struct Files {
    out: PathBuf,
    sums: BTreeMap<String, String>,
}

impl Files {
    pub(crate) fn new(out: &Path) -> Files {
        Files { out: out.into(), sums: BTreeMap::new() }
    }

    /// Writes a file, whose path is relative to the folder: whole or not at all.
    pub(crate) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.out.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(at("make", folder))?;
        }
        replace(&path, bytes, false)?;
        self.sums.insert(name.to_owned(), hex(&Sha256::digest(bytes)));
        Ok(())
    }

    /// Writes the sums of all that was written, and of the journal.
    pub(crate) fn finish(mut self, journal: &str) -> Result<(), Error> {
        let sum = sum_of(&self.out.join(journal))?;
        self.sums.insert(journal.to_owned(), sum);
        let text: String = self.sums.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect();
        replace(&self.out.join(SUMS), text.as_bytes(), true)
    }
}

/// Puts a file in another's place, whole or not at all; `durable` waits until the disk has it.
pub(crate) fn replace(path: &Path, bytes: &[u8], durable: bool) -> Result<(), Error> {
    let part = part(path);
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        if durable { file.sync_all() } else { Ok(()) }
    });
    if let Err(source) = written {
        let _ = fs::remove_file(&part); // The fault that matters is the first one.
        return Err(Error::Io { what: "write", path: path.into(), source });
    }
    rename(&part, path, durable)
}

/// The name of a file that is not whole yet.
pub(crate) fn part(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

/// Puts a file that is whole in its place.
pub(crate) fn rename(part: &Path, path: &Path, durable: bool) -> Result<(), Error> {
    fs::rename(part, path).map_err(at("write", path))?;
    match path.parent() {
        Some(folder) if durable => {
            // A new name is kept once its folder is.
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(at("write", folder))
        }
        _ => Ok(()),
    }
}

/// The sum of a file, read piece by piece.
pub(crate) fn sum_of(path: &Path) -> Result<String, Error> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path).map_err(at("read", path))?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match io::Read::read(&mut file, &mut buffer).map_err(at("read", path))? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// The sum that the finished results name for a file, if they are finished.
pub(crate) fn recorded_sum(out: &Path, name: &str) -> Result<Option<String>, Error> {
    let path = out.join(SUMS);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(sum_in(&text, name).unwrap_or_default())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Io { what: "read", path, source }),
    }
}

fn sum_in(text: &str, name: &str) -> Option<String> {
    text.lines().filter_map(|line| line.split_once("  ")).find(|(_, file)| *file == name).map(|(sum, _)| sum.into())
}
