//! Makes a learner's copy of the workbook: a folder with every exercise as it is given out, and a git repository whose
//! first commit is that, so that [`update`] can tell later what the learner wrote.
//!
//! The files are in the program, so that an installed checker needs nothing else. Everything is written into
//! [`UNFINISHED`] inside the folder and then moved up, the root's `Cargo.toml` last: a folder without it is no
//! workbook, and one with [`UNFINISHED`] is taken up where an earlier run left it.

mod archive;
mod history;
mod place;

pub use archive::{File, files};

use std::fs;
use std::path::{Path, PathBuf};
use update::Error;

/// The folder, inside the new one, of what is not yet in its place.
pub const UNFINISHED: &str = ".workbook-init";

/// Where updates come from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// As git knows it.
    pub address: &'a str,
    /// Without one, the source's own choice.
    pub branch: Option<&'a str>,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// The workbook.
    pub root: PathBuf,
    /// How many files it has.
    pub files: usize,
    /// Whether an earlier run had been interrupted here.
    pub resumed: bool,
    /// What became of git.
    pub git: History,
}

/// What became of git.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum History {
    /// The first commit has this author.
    Committed(String),
    /// There is no git, for this reason.
    None(String),
}

/// Makes a copy in `folder`, which does not exist yet, is empty, or holds an empty git repository. `source` is
/// noted where it is known.
///
/// # Errors
///
/// A folder with other things in it or inside a workbook; one that cannot be written; a full disk. A folder that this
/// made goes again, another is as before.
pub fn init(folder: &Path, source: Option<Source<'_>>) -> Result<Made, Error> {
    if files().is_empty() {
        return Err(Error::user(
            "this checker was built apart from its workbook, and cannot make a copy of it",
            "install it from the workbook: `cargo install --git URL checker`, or `cargo install --path checker` in a clone",
        ));
    }
    let place = place::Place::take(folder)?;
    let made = fill(&place, source);
    if made.is_err() {
        place.give_back();
    }
    made
}

fn fill(place: &place::Place, source: Option<Source<'_>>) -> Result<Made, Error> {
    let ready = place.unfinished().join("ready");
    if !ready.exists() {
        let new = place.unfinished().join("unpacking");
        place::remove(&new)?;
        unpack(&new)?;
        fs::rename(&new, &ready).map_err(|error| Error::file("write", &ready, &error))?;
    }
    let git = history::begin(&place.root, &ready, source)?;
    place.settle(&ready)?;
    history::refresh(&place.root);
    Ok(Made { root: place.root.clone(), files: files().len(), resumed: place.resumed, git })
}

fn unpack(folder: &Path) -> Result<(), Error> {
    for file in files() {
        let path = folder.join(file.path);
        if let Some(inside) = path.parent() {
            fs::create_dir_all(inside).map_err(|error| Error::file("create", inside, &error))?;
        }
        fs::write(&path, file.text).map_err(|error| Error::file("write", &path, &error))?;
        if file.program {
            update::runnable(&path).map_err(|error| Error::file("write", &path, &error))?;
        }
    }
    Ok(())
}
