//! What can go wrong with a results folder. Each says what to do.

use std::io;
use std::path::{Path, PathBuf};

/// What can go wrong with a results folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Reading or writing failed. What was recorded before is whole.
    #[error("cannot {what} {}: {source}\n{}", path.display(), remedy(source))]
    Io {
        /// `write`, `read`, …
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The folder holds results.
    #[error("{} holds results already: resume them, or choose another folder", out.display())]
    Exists {
        /// The folder.
        out: PathBuf,
    },
    /// The folder holds none.
    #[error("{} holds no results: nothing to resume or to read; begin anew there", out.display())]
    Nothing {
        /// The folder.
        out: PathBuf,
    },
    /// Another grader works on the folder.
    #[error("another grader works on {}: wait for its end, or choose another folder", out.display())]
    Locked {
        /// The folder.
        out: PathBuf,
    },
    /// What is to be graded now is not what was graded.
    #[error(
        "{} was graded with something else, and cannot be resumed:\n  {}\nbegin anew in another folder, or go back to \
         what it was graded with",
        out.display(),
        differences.join("\n  ")
    )]
    Differs {
        /// The folder.
        out: PathBuf,
        /// In what, a line each.
        differences: Vec<String>,
    },
    /// The journal is not what was written.
    #[error(
        "{} was changed after it was written, line {line}: {what}\nnothing in it can be trusted: go back to a copy of \
         it, or grade anew in another folder",
        path.display()
    )]
    Chain {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// What is to be recorded does not fit the header: a fault of the grader's.
    #[error("the result of {learner} for {task} is not recorded: {what}")]
    Record {
        /// Whose.
        learner: String,
        /// For what.
        task: String,
        /// What does not fit.
        what: String,
    },
    /// A file could not be made of the results: a fault of this crate's.
    #[error("cannot make {file}: {what}")]
    Format {
        /// The file.
        file: String,
        /// Why.
        what: String,
    },
}

fn remedy(source: &io::Error) -> &'static str {
    use io::ErrorKind::{FileTooLarge, PermissionDenied, QuotaExceeded, StorageFull};
    match source.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => "make room there and resume: what was recorded before is whole",
        PermissionDenied => "make it writable for whom the grader runs as, and resume",
        _ => "see to it and resume: what was recorded before is whole",
    }
}

/// Names the file that an operation failed on.
pub(crate) fn at(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io { what, path: path.into(), source }
}
