//! A zip archive: what its directory lists, and the bytes of those entries that are wanted. Nothing is written anywhere.
//!
//! The number of entries is looked at before any of them is kept. Sizes that the archive states are never believed: what
//! unpacks to more than is wanted is cut off.

use crate::limits;
use crate::node::{self, Kind};
use crate::why::{Stop, Why};
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// An entry's path and kind; `None` for folders and for what is no file of the learner's.
pub(crate) type Listed = Option<(String, Kind)>;

/// An archive whose directory has been read.
#[derive(Debug)]
pub(crate) struct Zipped {
    archive: ZipArchive<BufReader<File>>,
}

impl Zipped {
    /// Reads the directory of the archive of this name.
    pub(crate) fn open(mut file: File, name: &str) -> Result<Zipped, Stop> {
        let broken = |error: ZipError| broken(name, &error);
        count(&mut file, name)?;
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        if archive.has_duplicate_names() {
            return Err(refused(name, "lists one name twice"));
        }
        if archive.has_overlapping_entries().map_err(broken)? {
            return Err(refused(name, "has entries that overlap, as an archive bomb has"));
        }
        Ok(Zipped { archive })
    }

    /// What each entry is, by its number.
    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<Listed>, Stop> {
        (0..self.archive.len()).map(|index| self.entry(index, name)).collect()
    }

    fn entry(&mut self, index: usize, name: &str) -> Result<Listed, Stop> {
        let entry = self.archive.by_index_data(index).map_err(|error| broken(name, &error))?;
        // Where it is not said to be UTF-8, a name is of code page 437, as Windows' own archives have it.
        let raw = entry.name_raw();
        let text = match std::str::from_utf8(raw) {
            Ok(text) => text.into(),
            Err(_) => entry.name().map_err(|error| broken(name, &error))?,
        };
        let Some(path) = node::inside(text.as_bytes())? else {
            return Ok(None);
        };
        // The upper bits of the mode: a program on Unix may say that an entry is a link, a pipe or a device.
        let kind = match entry.unix_mode().map_or(0, |mode| mode & 0o170_000) {
            0o120_000 => Kind::Other("symbolic link"),
            0 | 0o100_000 | 0o040_000 if entry.is_dir() => return Ok(None),
            0 | 0o100_000 if entry.encrypted() => Kind::Other("file with a password"),
            0 | 0o100_000 if !readable(entry.compression()) => {
                Kind::Other("file packed by a method other than deflate")
            }
            0 | 0o100_000 => Kind::File,
            _ => Kind::Other("pipe, socket or device"),
        };
        Ok(Some((path, kind)))
    }

    /// The bytes of an entry, at most one more than `most`.
    pub(crate) fn read(&mut self, index: usize, most: u64, name: &str) -> Result<Vec<u8>, Stop> {
        let entry = self.archive.by_index(index).map_err(|error| broken(name, &error))?;
        let mut bytes = Vec::new();
        let read = entry.take(most + 1).read_to_end(&mut bytes);
        read.map_err(|error| refused(name, &format!("is broken: {error}")))?;
        Ok(bytes)
    }
}

fn readable(method: CompressionMethod) -> bool {
    matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated)
}

/// Goes through the directory once without keeping it: a million entries should cost nothing.
fn count(file: &mut File, name: &str) -> Result<(), Stop> {
    let broken = |error: ZipError| broken(name, &error);
    let mut reader = BufReader::new(&*file);
    let mut entries =
        zip::unstable::read::ZipIterable::try_new(&mut reader, zip::read::Config::default()).map_err(broken)?;
    if entries.len() > limits::ENTRIES {
        return Err(Why::TooManyEntries { path: name.to_owned() }.into());
    }
    for entry in entries.files().map_err(broken)? {
        entry.map_err(broken)?;
    }
    file.rewind().map_err(|error| refused(name, &format!("is broken: {error}")))
}

fn broken(name: &str, error: &ZipError) -> Stop {
    refused(name, &format!("is no zip archive that can be read: {error}"))
}

fn refused(name: &str, problem: &str) -> Stop {
    Why::Archive { path: name.to_owned(), problem: problem.to_owned() }.into()
}
