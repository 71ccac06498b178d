//! The journal: what is recorded is recorded for good before the next submission is graded.

use crate::chain::{self, JOURNAL, What, sha256};
use crate::error::at;
use crate::files::{self, SUMS};
use crate::record::Record;
use crate::{Error, Graded, Header, Key, State};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The timings' file: a line each.
pub(crate) const TIMINGS: &str = "timings.jsonl";
/// Where lines go that were not written to their end.
const TORN: &str = "results.torn";
const LOCK: &str = "results.lock";

/// Holds a results folder, and appends to its journal.
///
/// The journal is not synchronised inside: where several threads grade, one hands the results over.
#[derive(Debug)]
pub struct Journal {
    out: PathBuf,
    header: Header,
    file: File,
    timings: File,
    /// The SHA-256 of the last line.
    head: String,
    /// How many bytes the whole lines have.
    length: u64,
    /// Whether an unfinished line follows them.
    torn: bool,
    _lock: Lock,
}

impl Journal {
    /// Begins a journal in a folder that has none. The folder is made.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] where the folder holds results, [`Error::Locked`] where another grader works on it,
    /// [`Error::Io`].
    pub fn create(out: &Path, header: &Header) -> Result<Journal, Error> {
        fs::create_dir_all(out).map_err(at("make", out))?;
        let lock = Lock::take(out)?;
        let path = out.join(JOURNAL);
        if path.exists() {
            return Err(Error::Exists { out: out.into() });
        }
        let line = chain::line(&sha256(b""), What::Header, header).map_err(unwritable)?;
        files::replace(&path, format!("{line}\n").as_bytes(), true)?;
        Journal::open(out, header.clone(), sha256(line.as_bytes()), line.len() as u64 + 1, lock)
    }

    /// Goes on with a journal, and says what it holds. What is `infra` is not among it: it is to be tried again, and
    /// what comes of it takes the old one's place. A last line that was not written to its end is put aside into
    /// `results.torn`; the grade that it held is found again.
    ///
    /// # Errors
    ///
    /// [`Error::Nothing`] where there is none, [`Error::Differs`] where the header is another, [`Error::Chain`]
    /// where a line was changed, [`Error::Locked`] where another grader works on it, [`Error::Io`].
    pub fn resume(out: &Path, header: &Header) -> Result<(Journal, BTreeSet<Key>), Error> {
        if !out.join(JOURNAL).exists() {
            return Err(Error::Nothing { out: out.into() });
        }
        let lock = Lock::take(out)?;
        let mut states = BTreeMap::new();
        let whole = chain::read_verified(out, |_, _, body| {
            let record: Record = serde_json::from_str(body).map_err(|error| error.to_string())?;
            states.insert(record.graded.key(), record.state);
            Ok(())
        })?;
        let differences = whole.header.differences(header);
        if !differences.is_empty() {
            return Err(Error::Differs { out: out.into(), differences });
        }
        if !whole.torn.is_empty() {
            put_aside(out, &whole.torn)?;
        }
        // The sums are those of finished results, which they no longer are.
        remove(&out.join(SUMS))?;
        let journal = Journal::open(out, whole.header, whole.head, whole.length, lock)?;
        let done = states.into_iter().filter(|(_, state)| *state != State::Infra).map(|(key, _)| key).collect();
        Ok((journal, done))
    }

    fn open(out: &Path, header: Header, head: String, length: u64, lock: Lock) -> Result<Journal, Error> {
        let path = out.join(JOURNAL);
        let file = OpenOptions::new().append(true).open(&path).map_err(at("write", &path))?;
        file.set_len(length).and_then(|()| file.sync_all()).map_err(at("write", &path))?;
        let timings = open_timings(&out.join(TIMINGS))?;
        Ok(Journal { out: out.into(), header, file, timings, head, length, torn: false, _lock: lock })
    }

    /// Records a grade. When this returns, the disk has it.
    ///
    /// # Errors
    ///
    /// [`Error::Record`] where it does not answer what the header asks; [`Error::Io`], on a full disk too: then
    /// nothing of it is recorded, all before it is whole, and it may be tried again.
    pub fn append(&mut self, graded: &Graded) -> Result<(), Error> {
        graded.check(&self.header)?;
        let line = chain::line(&self.head, What::Record, &Record::of(graded, &self.header)).map_err(unwritable)?;
        let timing = Timing::of(graded);
        let mut timing = serde_json::to_string(&timing).map_err(unwritable)?;
        timing.push('\n');
        if self.torn {
            self.cut()?;
        }
        // Before the record: a timing too much does no harm.
        self.timings.write_all(timing.as_bytes()).map_err(at("write", &self.out.join(TIMINGS)))?;
        let written = self.file.write_all(format!("{line}\n").as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            self.torn = true;
            self.cut()?;
            return Err(Error::Io { what: "write", path: self.out.join(JOURNAL), source });
        }
        self.head = sha256(line.as_bytes());
        self.length += line.len() as u64 + 1;
        Ok(())
    }

    /// Cuts off what was written of a line that is not whole.
    fn cut(&mut self) -> Result<(), Error> {
        let cut = self.file.set_len(self.length).and_then(|()| self.file.sync_data());
        cut.map_err(at("cut an unfinished line off", &self.out.join(JOURNAL)))?;
        self.torn = false;
        Ok(())
    }

    /// The SHA-256 of the last line: noted elsewhere, it vouches for all before.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// What all its results have in common.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Gives the folder up to [`finish`](crate::finish).
    pub(crate) fn into_lock(self) -> (PathBuf, Lock) {
        (self.out, self._lock)
    }
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::Format { file: JOURNAL.into(), what: error.to_string() }
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Keeps what is cut off: somebody may want to know.
pub(crate) fn put_aside(out: &Path, torn: &[u8]) -> Result<(), Error> {
    let path = out.join(TORN);
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(at("write", &path))?;
    file.write_all(torn).and_then(|()| file.write_all(b"\n")).and_then(|()| file.sync_all()).map_err(at("write", &path))
}

/// Opens the timings, without a last line that was not written to its end.
fn open_timings(path: &Path) -> Result<File, Error> {
    let open = || {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        if whole < bytes.len() {
            file.set_len(whole as u64)?;
        }
        file.seek(io::SeekFrom::End(0))?;
        Ok(file)
    };
    open().map_err(at("write", path))
}

/// How long a grade took.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Timing {
    pub(crate) learner: String,
    pub(crate) task: String,
    pub(crate) submission: String,
    pub(crate) took_ms: u64,
}

impl Timing {
    fn of(graded: &Graded) -> Timing {
        let Key { learner, task, submission } = graded.key();
        Timing { learner, task, submission, took_ms: graded.took_ms }
    }
}

/// One grader at a time: a lock that ends with the process, however that ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn take(out: &Path) -> Result<Lock, Error> {
        let path = out.join(LOCK);
        let file = File::create(&path).map_err(at("write", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { out: out.into() }),
            Err(TryLockError::Error(source)) => Err(at("lock", &path)(source)),
        }
    }
}
