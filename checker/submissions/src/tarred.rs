//! A tar archive, packed by gzip or not: it is read from its start to its end, once to see what is in it and once to take
//! what is wanted. Nothing is written anywhere.

use crate::limits;
use crate::node::{self, Kind};
use crate::why::{Stop, Why};
use crate::zipped::Listed;
use flate2::read::MultiGzDecoder;
use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Error, Read, Result as IoResult, Seek};
use std::rc::Rc;
use tar::EntryType;

/// A tar archive that is open.
#[derive(Debug)]
pub(crate) struct Tarred {
    file: File,
    gzip: bool,
}

impl Tarred {
    pub(crate) fn new(file: File, gzip: bool) -> Tarred {
        Tarred { file, gzip }
    }

    /// What each entry is, by its number.
    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<Listed>, Stop> {
        let (mut listed, mut seen) = (Vec::new(), HashSet::new());
        self.each(name, |index, entry| {
            if index >= limits::ENTRIES {
                return Err(Why::TooManyEntries { path: name.to_owned() }.into());
            }
            let one = inspect(entry)?;
            if let Some((path, _)) = &one
                && !seen.insert(path.clone())
            {
                return Err(refused(name, "holds one name twice"));
            }
            listed.push(one);
            Ok(true)
        })?;
        Ok(listed)
    }

    /// The bytes of these entries, of each at most one more than `most`.
    pub(crate) fn read(
        &mut self,
        wanted: &[usize],
        most: u64,
        total: u64,
        name: &str,
    ) -> Result<BTreeMap<usize, Vec<u8>>, Stop> {
        let mut found = BTreeMap::new();
        let (mut taken, last) = (0, wanted.iter().max().copied());
        self.each(name, |index, entry| {
            if wanted.contains(&index) {
                let mut bytes = Vec::new();
                entry.take(most + 1).read_to_end(&mut bytes).map_err(|error| broken(name, &error))?;
                taken += bytes.len() as u64;
                if taken > total {
                    return Err(Why::TooLarge.into());
                }
                found.insert(index, bytes);
            }
            Ok(last.is_some_and(|last| index < last))
        })?;
        Ok(found)
    }

    /// Each entry in turn, until there is no other or `look` has seen enough.
    fn each(
        &mut self,
        name: &str,
        mut look: impl FnMut(usize, &mut Entry<'_>) -> Result<bool, Stop>,
    ) -> Result<(), Stop> {
        self.file.rewind().map_err(|error| broken(name, &error))?;
        let file = self.file.try_clone().map_err(|error| broken(name, &error))?;
        let left = Rc::new(Cell::new(limits::UNPACKED_BYTES));
        let file = BufReader::new(file);
        let inner: Box<dyn Read> = if self.gzip { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        let mut archive = tar::Archive::new(Metered { inner, left: left.clone() });
        let stopped = |error: &Error| match left.get() {
            0 => refused(name, &format!("unpacks to more than {} bytes: leave out target", limits::UNPACKED_BYTES)),
            _ => broken(name, error),
        };
        let entries = archive.entries().map_err(|error| stopped(&error))?;
        for (index, entry) in entries.enumerate() {
            if !look(index, &mut entry.map_err(|error| stopped(&error))?)? {
                break;
            }
        }
        Ok(())
    }
}

type Entry<'a> = tar::Entry<'a, Metered>;

fn inspect(entry: &Entry<'_>) -> Result<Listed, Stop> {
    let raw = entry.path_bytes();
    let kind = match entry.header().entry_type() {
        EntryType::Regular if raw.ends_with(b"/") => return checked(&raw),
        EntryType::Regular | EntryType::Continuous => Kind::File,
        EntryType::Directory => return checked(&raw),
        EntryType::XGlobalHeader => return Ok(None),
        EntryType::Symlink => Kind::Other("symbolic link"),
        EntryType::Link => Kind::Other("hard link"),
        EntryType::Fifo => Kind::Other("pipe"),
        EntryType::GNUSparse => Kind::Other("sparse file"),
        _ => Kind::Other("device"),
    };
    Ok(node::inside(&raw)?.map(|path| (path, kind)))
}

/// A folder's path must be good too, though nothing of it is kept.
fn checked(raw: &[u8]) -> Result<Listed, Stop> {
    node::inside(raw)?;
    Ok(None)
}

/// Ends with an error after as many bytes as an archive may unpack to.
struct Metered {
    inner: Box<dyn Read>,
    left: Rc<Cell<u64>>,
}

impl Read for Metered {
    fn read(&mut self, into: &mut [u8]) -> IoResult<usize> {
        let most = usize::try_from(self.left.get()).unwrap_or(usize::MAX).min(into.len());
        if most == 0 && !into.is_empty() {
            return Err(Error::other("too many bytes"));
        }
        let read = self.inner.read(&mut into[..most])?;
        self.left.set(self.left.get() - read as u64);
        Ok(read)
    }
}

fn broken(name: &str, error: &Error) -> Stop {
    refused(name, &format!("is no tar archive that can be read: {error}"))
}

fn refused(name: &str, problem: &str) -> Stop {
    Why::Archive { path: name.to_owned(), problem: problem.to_owned() }.into()
}
