//! Every item that came, so that one of them can be run again.

use crate::Item;
use std::io;
use std::path::Path;

/// A file with a line for each item: id, tenant, correlation id and URL, with a tab between them.
#[derive(Debug)]
pub struct Journal {
    // The open file.
}

impl Journal {
    /// Opens the journal, or begins one. What is in it stays.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, read or written.
    pub fn open(path: &Path) -> io::Result<Journal> {
        let _ = path;
        todo!("open the file to append to it, behind a whole line")
    }

    /// Writes the item down. Do this before it is submitted, or a kill in between loses it.
    ///
    /// # Errors
    ///
    /// If the item has a tab or a line break in it, which is `InvalidInput`, or the file cannot be written.
    pub fn record(&self, item: &Item) -> io::Result<()> {
        let _ = item;
        todo!("append a line, with one write")
    }

    /// The item of this id, as it was last recorded. Torn lines are passed over.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn find(path: &Path, id: u64) -> io::Result<Option<Item>> {
        let _ = (path, id);
        todo!("read line by line, and keep the last one of this id")
    }
}
