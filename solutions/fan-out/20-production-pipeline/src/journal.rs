//! Every item that came, so that one of them can be run again.

use crate::Item;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A file with a line for each item: id, tenant, correlation id and URL, with a tab between them.
///
/// A line is one write to a file in append mode. It survives the kill of the process, though not a power failure, which
/// would take an `fsync` for each item. It goes to the page cache, in some microseconds: less than it takes to hand it
/// to another thread.
#[derive(Debug)]
pub struct Journal {
    file: Mutex<File>,
}

impl Journal {
    // ANCHOR: open
    /// Opens the journal, or begins one. What is in it stays.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, read or written.
    pub fn open(path: &Path) -> io::Result<Journal> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        // A kill in the middle of a write leaves a torn line. What comes next must not be glued to it.
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Journal { file: Mutex::new(file) })
    }
    // ANCHOR_END: open

    /// Writes the item down. Do this before it is submitted, or a kill in between loses it.
    ///
    /// # Errors
    ///
    /// If the item has a tab or a line break in it, which is `InvalidInput`, or the file cannot be written.
    pub fn record(&self, item: &Item) -> io::Result<()> {
        let Item { id, tenant, correlation, url } = item;
        if [tenant, correlation, url].iter().any(|field| field.contains(['\t', '\n', '\r'])) {
            return Err(io::Error::new(ErrorKind::InvalidInput, "a tab or a line break in an item"));
        }
        let line = format!("{id}\t{tenant}\t{correlation}\t{url}\n");
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }

    // ANCHOR: find
    /// The item of this id, as it was last recorded. Torn lines are passed over.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn find(path: &Path, id: u64) -> io::Result<Option<Item>> {
        // One line at a time: the journal is longer than the memory some day.
        let mut lines = BufReader::new(File::open(path)?);
        let (mut found, mut line) = (None, Vec::new());
        while lines.read_until(b'\n', &mut line)? > 0 {
            // Bytes, not text: a line may be torn in the middle of a character.
            if let Some(item) = parse(&line).filter(|item| item.id == id) {
                found = Some(item);
            }
            line.clear();
        }
        Ok(found)
    }
    // ANCHOR_END: find
}

/// The item in a line; `None` if the line is torn.
fn parse(line: &[u8]) -> Option<Item> {
    let mut fields = std::str::from_utf8(line).ok()?.strip_suffix('\n')?.split('\t');
    let id = fields.next()?.parse().ok()?;
    let [tenant, correlation, url] = [fields.next()?, fields.next()?, fields.next()?].map(str::to_owned);
    fields.next().is_none().then_some(Item { id, tenant, correlation, url })
}
