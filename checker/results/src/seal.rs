//! Puts a finished journal in the class's order.
//!
//! Grades arrive as they are ready, and after a kill in another order than without. Once all are there, their lines
//! are chained anew in one order: by learner, then by task, then as they arrived. So the journal too is the same
//! however the run went. The records themselves are not touched, and one that was recorded twice, word for word, is
//! kept once.

use crate::chain::{self, JOURNAL, What, sha256};
use crate::error::at;
use crate::record::Record;
use crate::{Error, files, journal};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

/// Where a record lies, and where it belongs.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    learner: String,
    task: usize,
    at: u64,
    /// The sum of the record's bytes.
    sum: String,
}

/// Verifies the journal, and puts it in order.
pub(crate) fn seal(out: &Path) -> Result<(), Error> {
    let path = out.join(JOURNAL);
    let mut places = Vec::new();
    let whole = chain::read_verified(out, |at, rest, body| {
        let record: Record = serde_json::from_str(body).map_err(|error| error.to_string())?;
        let (learner, task) = (record.graded.learner, record.graded.task);
        places.push((learner, task, at, sha256(rest.as_bytes())));
        Ok(())
    })?;
    let order = |id: &str| whole.header.tasks.iter().position(|task| task.id == id).unwrap_or(usize::MAX);
    let mut places: Vec<Place> =
        places.into_iter().map(|(learner, task, at, sum)| Place { learner, task: order(&task), at, sum }).collect();
    let arrived = places.is_sorted();
    let count = places.len();
    places.sort();
    places.dedup_by(|b, a| (&a.learner, a.task, &a.sum) == (&b.learner, b.task, &b.sum));
    if arrived && places.len() == count && whole.torn.is_empty() {
        return Ok(());
    }
    if !whole.torn.is_empty() {
        journal::put_aside(out, &whole.torn)?;
    }
    let part = files::part(&path);
    if let Err(error) = write_sealed(&path, &part, &places) {
        let _ = std::fs::remove_file(&part); // The fault that matters is the first one.
        return Err(error);
    }
    files::rename(&part, &path, true)
}

fn write_sealed(path: &Path, part: &Path, places: &[Place]) -> Result<(), Error> {
    let mut journal = BufReader::new(File::open(path).map_err(at("read", path))?);
    let mut sealed = BufWriter::new(File::create(part).map_err(at("write", part))?);
    let mut head = String::new();
    let mut line = String::new();
    for at_byte in std::iter::once(0).chain(places.iter().map(|place| place.at)) {
        line.clear();
        journal.seek(SeekFrom::Start(at_byte)).map_err(at("read", path))?;
        journal.read_line(&mut line).map_err(at("read", path))?;
        let line = line.trim_end_matches('\n');
        let what = if at_byte == 0 { What::Header } else { What::Record };
        let rest = chain::rest(line, what).ok_or_else(|| Error::Format {
            file: JOURNAL.into(),
            what: "it was changed while the results were being finished".into(),
        })?;
        let previous = if at_byte == 0 { sha256(b"") } else { head };
        let line = chain::chained(&previous, rest);
        head = sha256(line.as_bytes());
        writeln!(sealed, "{line}").map_err(at("write", part))?;
    }
    let file = sealed.into_inner().map_err(|error| at("write", part)(error.into_error()))?;
    file.sync_all().map_err(at("write", part))
}
