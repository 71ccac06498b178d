//! Caught by: one_item_is_replayed_by_its_id (fail)
//!
//! "The tab is what separates": and so does the end of the line, of which a URL from outside may have one too.

use crate::Item;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

#[derive(Debug)]
pub struct Journal {
    file: Mutex<File>,
}

impl Journal {
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

    pub fn record(&self, item: &Item) -> io::Result<()> {
        let Item { id, tenant, correlation, url } = item;
        if [tenant, correlation, url].iter().any(|field| field.contains('\t')) {
            return Err(io::Error::new(ErrorKind::InvalidInput, "a tab or a line break in an item"));
        }
        let line = format!("{id}\t{tenant}\t{correlation}\t{url}\n");
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }

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
}

fn parse(line: &[u8]) -> Option<Item> {
    let mut fields = std::str::from_utf8(line).ok()?.strip_suffix('\n')?.split('\t');
    let id = fields.next()?.parse().ok()?;
    let [tenant, correlation, url] = [fields.next()?, fields.next()?, fields.next()?].map(str::to_owned);
    fields.next().is_none().then_some(Item { id, tenant, correlation, url })
}
