//! The class as its journal tells it: a light row for each grade, and where the whole record lies.

use crate::chain::{self, JOURNAL, What};
use crate::error::at;
use crate::journal::{TIMINGS, Timing};
use crate::record::Record;
use crate::{Error, Graded, Header, Key, Points, State, clean, names};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use verdict::Kind;

/// One grade, without what only its own report needs.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) state: State,
    pub(crate) submission: String,
    pub(crate) earned: Option<Points>,
    /// Why it is refused or infra; one line.
    pub(crate) reason: String,
    /// What came of each criterion, in the order in which they are asked; nothing where it was not judged.
    pub(crate) kinds: Vec<Kind>,
    /// Where the record's line begins.
    at: u64,
}

impl Row {
    /// How often each kind occurs.
    pub(crate) fn counted(&self) -> BTreeMap<Kind, usize> {
        let mut counted = BTreeMap::new();
        for kind in &self.kinds {
            *counted.entry(*kind).or_default() += 1;
        }
        counted
    }
}

/// One learner.
#[derive(Debug)]
pub(crate) struct Learner {
    pub(crate) name: String,
    /// The learner's file name.
    pub(crate) file: String,
    /// A row for each task of the header; none where it was not handed in.
    pub(crate) rows: Vec<Option<Row>>,
}

impl Learner {
    /// The points of all tasks; none where one of them could not be judged.
    pub(crate) fn earned(&self) -> Option<Points> {
        self.rows.iter().map(|row| row.as_ref().map_or(Some(Points::ZERO), |row| row.earned)).sum()
    }
}

/// The class.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) header: Header,
    /// By name.
    pub(crate) learners: Vec<Learner>,
    /// The SHA-256 of the journal's last line.
    pub(crate) head: String,
    path: PathBuf,
}

impl Class {
    /// Reads the journal. `more` are learners who may have handed nothing in.
    pub(crate) fn read(out: &Path, more: &[String]) -> Result<Class, Error> {
        let path = out.join(JOURNAL);
        let mut rows: BTreeMap<String, BTreeMap<String, Row>> = BTreeMap::new();
        let whole = chain::read(&path, |at, _, body| {
            let record: Record = serde_json::from_str(body).map_err(|error| error.to_string())?;
            let of_learner = rows.entry(record.graded.learner.clone()).or_default();
            of_learner.insert(record.graded.task.clone(), row(record, at)); // The last one counts.
            Ok(())
        })?;
        for name in more {
            rows.entry(name.clone()).or_default();
        }
        let mut taken = BTreeSet::new();
        let learner = |(name, mut rows): (String, BTreeMap<String, Row>)| Learner {
            file: names::unique(&name, &mut taken),
            rows: whole.header.tasks.iter().map(|task| rows.remove(&task.id)).collect(),
            name,
        };
        let learners = rows.into_iter().map(learner).collect();
        Ok(Class { learners, head: whole.head, header: whole.header, path })
    }

    /// A learner's whole records.
    pub(crate) fn records(&self, file: &mut BufReader<File>, learner: &Learner) -> Result<Vec<Option<Graded>>, Error> {
        learner.rows.iter().map(|row| row.as_ref().map(|row| self.record(file, row)).transpose()).collect()
    }

    /// The whole record behind a row.
    fn record(&self, file: &mut BufReader<File>, row: &Row) -> Result<Graded, Error> {
        let path = &self.path;
        let mut line = String::new();
        file.seek(SeekFrom::Start(row.at)).map_err(at("read", path))?;
        file.read_line(&mut line).map_err(at("read", path))?;
        let body = chain::rest(line.trim_end(), What::Record).and_then(|rest| chain::body(rest, What::Record));
        let record = body.and_then(|body| serde_json::from_str::<Record>(body).ok());
        record.map(|record| record.graded).ok_or_else(|| Error::Format {
            file: JOURNAL.into(),
            what: "it was changed while the results were being finished".into(),
        })
    }

    /// Opens the journal for [`record`](Class::record).
    pub(crate) fn open(&self) -> Result<BufReader<File>, Error> {
        File::open(&self.path).map(BufReader::new).map_err(at("read", &self.path))
    }

    /// What the whole class could have earned, each.
    pub(crate) fn possible(&self) -> Points {
        self.header.tasks.iter().map(crate::Task::possible).sum()
    }
}

fn row(record: Record, at: u64) -> Row {
    Row {
        state: record.state,
        earned: record.earned,
        reason: clean::cut(&clean::plain(&record.graded.reason().unwrap_or_default()), 200),
        kinds: record.graded.criteria.iter().map(|criterion| criterion.verdict.kind).collect(),
        submission: record.graded.submission,
        at,
    }
}

/// How long each grade took, in milliseconds, as far as it was noted: a kill may have lost the last one.
pub(crate) fn timings(out: &Path) -> Result<BTreeMap<Key, u64>, Error> {
    let path = out.join(TIMINGS);
    let mut text = Vec::new();
    match File::open(&path) {
        Ok(mut file) => file.read_to_end(&mut text).map_err(at("read", &path))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(error) => return Err(at("read", &path)(error)),
    };
    let timing = |line: &[u8]| {
        let Timing { learner, task, submission, took_ms } = serde_json::from_slice(line).ok()?;
        Some((Key { learner, task, submission }, took_ms))
    };
    Ok(text.split(|byte| *byte == b'\n').filter_map(timing).collect())
}
