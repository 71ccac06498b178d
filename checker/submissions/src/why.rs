//! Why a submission is refused, and what stops the grader.

use crate::{Learner, limits};
use std::io;
use std::path::PathBuf;
use thiserror::Error as Derive;

/// Why a submission, or its part for one task, is refused: no points, with this reason. Paths are those inside the
/// submission, made printable.
#[derive(Clone, Debug, Derive, PartialEq, Eq)]
pub enum Why {
    /// There is no source file of any task.
    #[error("nothing of any task is in it: expected src/lib.rs in the task's folder, or lib.rs")]
    Nothing,
    /// There is something of other tasks.
    #[error("nothing was handed in for this task")]
    NotHandedIn,
    /// One package, and it cannot be told of which task.
    #[error("which task {path} belongs to cannot be told: put it into the task's folder, such as {example}")]
    WhichTask {
        /// The `src` folder, or the file.
        path: String,
        /// A task's folder.
        example: String,
    },
    /// The same task in two places, neither of which comes first.
    #[error("the task is in it twice, in {first} and in {second}: leave one")]
    Twice {
        /// One place.
        first: String,
        /// The other one.
        second: String,
    },
    /// Something else than a file where a source file belongs.
    #[error("{path} is a {what}: only plain files are taken")]
    NotAFile {
        /// Where.
        path: String,
        /// What it is, such as `symbolic link`.
        what: &'static str,
    },
    /// A path that would lead out of the submission, or that no source file needs.
    #[error("the path {path} {problem}")]
    Path {
        /// The path, cut if it is long.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Two paths that are one on some systems.
    #[error("{first} and {second} are one file where case does not count: rename one")]
    SameName {
        /// One path.
        first: String,
        /// The other one.
        second: String,
    },
    /// A source file that is too long.
    #[error("{path} has more than {} bytes", limits::FILE_BYTES)]
    FileTooLarge {
        /// The file.
        path: String,
    },
    /// Too many source files for one task.
    #[error("more than {} source files for one task", limits::FILES)]
    TooManyFiles,
    /// All source files together are too long.
    #[error("more than {} bytes of source", limits::TOTAL_BYTES)]
    TooLarge,
    /// A folder or an archive with too much in it.
    #[error("{path} has more than {} entries: leave out target and .git", limits::ENTRIES)]
    TooManyEntries {
        /// The folder or the archive.
        path: String,
    },
    /// A file that is no archive, or a broken or a hostile one.
    #[error("{path} {problem}")]
    Archive {
        /// The archive.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A file of a kind that is never unpacked.
    #[error("{path} is neither a folder, .zip, .tar.gz, .tgz, .tar nor .rs")]
    Unknown {
        /// The file.
        path: String,
    },
}

/// What keeps the grader from looking at all: a fault of the grader's machine, never a submission's.
#[derive(Debug, Derive)]
pub enum Error {
    /// A file or a folder that cannot be read.
    #[error("{} cannot be read: {source}; check its owner and its mode", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The same of what one learner handed in.
    #[error("{}: {} cannot be read: {source}; check its owner and its mode", learner.name, path.display())]
    Learner {
        /// Whose it is.
        learner: Learner,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No task to look for.
    #[error("no task is graded: name at least one")]
    NoTask,
}

impl Error {
    /// The same as said of a learner's files.
    pub(crate) fn of(self, learner: Learner) -> Error {
        match self {
            Error::Read { path, source } => Error::Learner { learner, path, source },
            other => other,
        }
    }
}

/// What ends the look at one submission.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The submission's fault.
    Refused(Why),
    /// The machine's fault.
    Failed(Error),
}

impl From<Why> for Stop {
    fn from(why: Why) -> Stop {
        Stop::Refused(why)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Failed(error)
    }
}

/// A submission's text that can be shown: no control characters, none that change the direction, at most 200 characters.
pub(crate) fn printable(text: &str) -> String {
    let shown = |c: char| if crate::names::unprintable(c) { '\u{fffd}' } else { c };
    let cut: String = text.chars().take(200).map(shown).collect();
    if text.chars().nth(200).is_some() { cut + "…" } else { cut }
}
