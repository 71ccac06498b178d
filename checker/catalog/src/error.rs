//! What can be wrong with a workbook's files or with a task's name, and what to do about it.

use std::io;
use std::path::PathBuf;
use thiserror::Error as Derive;

/// What went wrong. The message names the file; [`Error::help`] says what to do.
#[derive(Debug, Derive)]
pub enum Error {
    /// No folder on the way up is a workbook.
    #[error("{} lies in no workbook", from.display())]
    NoWorkbook {
        /// Where the search began.
        from: PathBuf,
    },
    /// A file or folder that cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that is not UTF-8.
    #[error("{} is not UTF-8 text: byte {at} begins no character", file.display())]
    NotText {
        /// The file.
        file: PathBuf,
        /// The first offending byte, from 0.
        at: usize,
    },
    /// A task's folder that is not named `<nn>-<slug>`.
    #[error("{} is not named like a task", dir.display())]
    Folder {
        /// The folder.
        dir: PathBuf,
    },
    /// Two folders with one number.
    #[error("{} and {} are both {id}", first.display(), second.display())]
    SameId {
        /// The id.
        id: String,
        /// The folder that comes first by name.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
    },
    /// A `task.toml` with an unknown key, a wrong type, or no TOML at all.
    #[error("{}:{line}: {message}", file.display())]
    Metadata {
        /// The `task.toml`.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, naming the key.
        message: String,
    },
    /// A `criteria.json` that is no list of criteria.
    #[error("{}:{line}: {message}", file.display())]
    Listed {
        /// The `criteria.json`.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A `hints.md` that is no list of hints.
    #[error("{}:{line}: {problem}", file.display())]
    Hints {
        /// The `hints.md`.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A test file that is not Rust.
    #[error("{}:{line}: not Rust: {message}", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A `mod x;` without its file.
    #[error("{}:{line}: module `{module}` has no file", file.display())]
    Module {
        /// The file that declares the module.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The module.
        module: String,
        /// Where its file was looked for.
        tried: Vec<PathBuf>,
    },
    /// A test that is no sound criterion.
    #[error("{}:{line}: `{test}` {problem}", file.display())]
    Criterion {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The test.
        test: String,
        /// What is wrong with it.
        problem: Problem,
    },
    /// A wrong or right design without a sound header.
    #[error("{}: {problem}", path.display())]
    Variant {
        /// The file, or the folder where no file has a header.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A name that no task has.
    #[error("no task is called `{name}`")]
    UnknownTask {
        /// What was asked for.
        name: String,
        /// The ids of the tasks that are nearest to it.
        nearest: Vec<String>,
    },
    /// A name that several tasks have.
    #[error("`{name}` could be any of {}", candidates.join(", "))]
    AmbiguousTask {
        /// What was asked for.
        name: String,
        /// Their ids.
        candidates: Vec<String>,
    },
}

/// What is wrong with a criterion.
#[derive(Debug, PartialEq, Eq, Derive)]
pub enum Problem {
    /// No doc comment.
    #[error("has no doc comment")]
    NoStatement,
    /// The attribute stands in a macro, where it cannot be read without compiling.
    #[error("makes criteria by macro")]
    ByMacro,
    /// A name that another criterion of the task has.
    #[error("is also the name of the criterion at {}:{line}", file.display())]
    SameName {
        /// The other one's file.
        file: PathBuf,
        /// The other one's line.
        line: usize,
    },
    /// A test that the harness does not judge.
    #[error("is a test, but no criterion")]
    PlainTest,
    /// A loom model outside `loom.rs`, or a criterion inside it.
    #[error("stands in the wrong file")]
    Misplaced,
    /// Options that the harness would not understand.
    #[error("has options that cannot be read: {0}")]
    Options(String),
}

impl Error {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Error::NoWorkbook { .. } => {
                "change to the workbook's folder: the one with Cargo.toml, exercises/ and tests/harness/".into()
            }
            Error::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "the workbook is incomplete: `git status` shows what is missing, `git restore PATH` brings it back"
                    .into()
            }
            Error::Read { .. } => "check the file's permissions".into(),
            Error::NotText { .. } => "save the file as UTF-8, or bring it back with `git restore PATH`".into(),
            Error::Folder { .. } => {
                "name it by number and subject, such as `07-failure-modes`, or `s2-work-stealing` for a stretch task"
                    .into()
            }
            Error::SameId { .. } => "give one of them the next free number".into(),
            Error::Metadata { .. } => {
                "a task.toml has title and summary, and may have picture, requires, forbid, optimised, loom, points (whole \
                 numbers) and visibility (visible, hidden, after_due_date or after_published)".into()
            }
            Error::Listed { .. } => "bring it back with `git restore PATH`: it is not part of an exercise".into(),
            Error::Hints { .. } => "hints are sections: `## 1`, `## 2`, … and `## <a criterion's test>`".into(),
            Error::Syntax { .. } => {
                "correct the file, or bring it back with `git restore PATH`: tests are not part of an exercise".into()
            }
            Error::Module { tried, .. } => {
                let tried: Vec<_> = tried.iter().map(|path| path.display().to_string()).collect();
                format!("write {}, or remove the declaration", tried.join(" or "))
            }
            Error::Criterion { problem, .. } => problem.help().into(),
            Error::Variant { .. } => {
                "open lib.rs with `//! Caught by: <test> (<kind>), <test> (<kind>)` and, below it, a line of what a \
                 learner believed; kinds are such as fail, stuck, leak or bound"
                    .into()
            }
            Error::UnknownTask { nearest, .. } if nearest.is_empty() => "`cargo checker list` shows all tasks".into(),
            Error::UnknownTask { nearest, .. } => format!("did you mean {}?", nearest.join(" or ")),
            Error::AmbiguousTask { .. } => "name it by its whole id".into(),
        }
    }
}

impl Problem {
    fn help(&self) -> &'static str {
        match self {
            Problem::NoStatement => "write above it what the code must do: the doc comment is the criterion's text",
            Problem::ByMacro => {
                "write each criterion as a function of its own that calls a shared one: criteria are listed without \
                 compiling"
            }
            Problem::SameName { .. } => "rename one: a criterion is known by its name alone",
            Problem::PlainTest => "use `#[criterion]`: the harness judges nothing else",
            Problem::Misplaced => "a `#[model]` belongs in loom.rs, a `#[criterion]` in acceptance.rs or its modules",
            Problem::Options(_) => "options are `processes` or `name = value`, such as `deadline = 30` in seconds",
        }
    }
}
