//! The journal's lines, each of which vouches for the one before.
//!
//! A line is `{"previous":"<64 hex>","hash":"<64 hex>","header":{…}}`, the first, or `…,"record":{…}}`, all others.
//! `previous` is the SHA-256 of the line before, without its line feed (of nothing, for the first line); `hash` is
//! that of this line's `previous` and of all bytes after `hash` and its comma.

use crate::error::at;
use crate::record::Record;
use crate::{Error, Header, files};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The name of the journal.
pub const JOURNAL: &str = "results.jsonl";

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Header,
    Record,
}

impl What {
    fn field(self) -> &'static str {
        match self {
            What::Header => "\"header\":",
            What::Record => "\"record\":",
        }
    }
}

/// The line, without a line feed.
pub(crate) fn line(previous: &str, what: What, body: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(chained(previous, &format!("{}{}}}", what.field(), serde_json::to_string(body)?)))
}

/// The line whose bytes after `hash` are known.
pub(crate) fn chained(previous: &str, rest: &str) -> String {
    let hash = sha256(format!("{previous}{rest}").as_bytes());
    format!("{OPEN}{previous}{BETWEEN}{hash}{AFTER}{rest}")
}

const OPEN: &str = "{\"previous\":\"";
const BETWEEN: &str = "\",\"hash\":\"";
const AFTER: &str = "\",";
const HEX: usize = 64;

/// The bytes after `hash` of a line that is what was written after the line with the hash `previous`.
pub(crate) fn open<'a>(line: &'a str, previous: &str) -> Result<&'a str, String> {
    let unreadable = || "it is not a line of a journal".to_owned();
    let rest = line.strip_prefix(OPEN).ok_or_else(unreadable)?;
    let (said, rest) = rest.split_at_checked(HEX).ok_or_else(unreadable)?;
    let rest = rest.strip_prefix(BETWEEN).ok_or_else(unreadable)?;
    let (hash, rest) = rest.split_at_checked(HEX).ok_or_else(unreadable)?;
    let rest = rest.strip_prefix(AFTER).ok_or_else(unreadable)?;
    if hash != sha256(format!("{said}{rest}").as_bytes()) {
        return Err("it is not as it was written".into());
    }
    if said != previous {
        return Err("the line before it is not the one that it was written after".into());
    }
    Ok(rest)
}

/// The JSON of a line's header or record.
pub(crate) fn body(rest: &str, what: What) -> Option<&str> {
    rest.strip_prefix(what.field())?.strip_suffix('}')
}

/// The bytes after `hash` of a line that was verified already.
pub(crate) fn rest(line: &str, what: What) -> Option<&str> {
    let rest = line.get(OPEN.len() + HEX + BETWEEN.len() + HEX + AFTER.len()..)?;
    rest.starts_with(what.field()).then_some(rest)
}

/// A journal that is whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Whole {
    pub(crate) header: Header,
    /// How many records it has.
    pub(crate) records: usize,
    /// The SHA-256 of the last line.
    pub(crate) head: String,
    /// How many bytes its whole lines have.
    pub(crate) length: u64,
    /// What follows them: a line that was not written to its end.
    pub(crate) torn: Vec<u8>,
}

/// Reads the journal, line by line, and hands each record's place, the bytes after its hash and its JSON over.
///
/// # Errors
///
/// [`Error::Chain`] where a line is not what was written; [`Error::Io`].
pub(crate) fn read(path: &Path, mut each: impl FnMut(u64, &str, &str) -> Result<(), String>) -> Result<Whole, Error> {
    let mut file = BufReader::new(File::open(path).map_err(at("read", path))?);
    let wrong = |line: usize, what: String| Error::Chain { path: path.into(), line, what };
    let mut whole: Option<Whole> = None;
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        file.read_until(b'\n', &mut bytes).map_err(at("read", path))?;
        if bytes.pop_if(|last| *last == b'\n').is_none() {
            let mut whole = whole.ok_or_else(|| wrong(number, "the header is missing".into()))?;
            whole.torn = bytes;
            return Ok(whole);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| wrong(number, "it is not text".into()))?;
        let length = bytes.len() as u64 + 1;
        match &mut whole {
            None => {
                let rest = open(text, &sha256(b"")).map_err(|what| wrong(number, what))?;
                let body = body(rest, What::Header).ok_or_else(|| wrong(number, "it is not a header".into()))?;
                let header = serde_json::from_str(body).map_err(|error| wrong(number, error.to_string()))?;
                whole = Some(Whole { header, records: 0, head: sha256(&bytes), length, torn: Vec::new() });
            }
            Some(whole) => {
                let rest = open(text, &whole.head).map_err(|what| wrong(number, what))?;
                let body = body(rest, What::Record).ok_or_else(|| wrong(number, "it is not a record".into()))?;
                each(whole.length, rest, body).map_err(|what| wrong(number, what))?;
                whole.records += 1;
                whole.head = sha256(&bytes);
                whole.length += length;
            }
        }
    }
    unreachable!("a file has an end")
}

/// Reads the journal of a folder as [`read`] does, and compares it with the sum that finished results name.
pub(crate) fn read_verified(
    out: &Path,
    each: impl FnMut(u64, &str, &str) -> Result<(), String>,
) -> Result<Whole, Error> {
    let path = out.join(JOURNAL);
    if !path.exists() {
        return Err(Error::Nothing { out: out.into() });
    }
    let whole = read(&path, each)?;
    match files::recorded_sum(out, JOURNAL)? {
        Some(sum) if sum != files::sum_of(&path)? => {
            let what = format!("the results were finished, and the sum in {} is another", files::SUMS);
            Err(Error::Chain { path, line: whole.records + 1, what })
        }
        _ => Ok(whole),
    }
}

/// Finds a line of the journal that was changed, removed or moved. Records removed from the end are found where the
/// results are finished, as `SHA256SUMS` names the journal, too; before that they would be graded again.
///
/// # Errors
///
/// [`Error::Chain`] names the line; [`Error::Nothing`] where there are no results; [`Error::Io`].
pub fn verify_chain(out: &Path) -> Result<Verified, Error> {
    let whole = read_verified(out, |_, _, body| {
        serde_json::from_str::<Record>(body).map(drop).map_err(|error| error.to_string())
    })?;
    let finished = out.join(files::SUMS).exists();
    Ok(Verified { records: whole.records, head: whole.head, torn: !whole.torn.is_empty(), finished })
}

/// What [`verify_chain`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many records there are.
    pub records: usize,
    /// The SHA-256 of the last line: noted elsewhere, it vouches for the whole journal.
    pub head: String,
    /// Whether a line follows that was not written to its end.
    pub torn: bool,
    /// Whether the results are finished.
    pub finished: bool,
}
