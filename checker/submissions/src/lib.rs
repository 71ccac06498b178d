//! Turns a folder of submissions into a list of what is judged. Nothing of a submission is executed, followed or believed.
//!
//! # What a submission may look like
//!
//! A class is a folder with one entry for each learner, which is a folder, an archive (`.zip`, `.tar.gz`, `.tgz`, `.tar`)
//! or a single `.rs` file. A folder or a file that is itself one submission may be given instead. Inside, a task's sources
//! are looked for in this order; folders around them do not matter:
//!
//! 1. `exercises/<track>/<task>/src/`: the whole workbook;
//! 2. `<track>/<task>/src/` or `<task>/src/`, such as `02-unordered-fan-out/src/`, or the package's name, `fan-out-02/src/`;
//! 3. `src/`, where one task is graded or where the `Cargo.toml` beside it names the task's package;
//! 4. `lib.rs`, beside it other `.rs` files, where one task is graded; or one `.rs` file of any name, which is taken as
//!    `lib.rs`; or, with many tasks, a file that is called like the task, such as `02-unordered-fan-out.rs`.
//!
//! What lies in `solutions`, `tests`, `benches`, `examples` or `target` is never a submission. Two places that are as good
//! are refused. An archive inside a learner's folder is opened where the folder itself holds nothing of any task; an archive
//! inside an archive is not.
//!
//! All `.rs` files below `src/` are taken, not only those that the task declares: a good design may have modules of its
//! own. A task that says otherwise (`modules: false`) gets its declared files alone. `Cargo.toml`, build scripts, `.cargo`,
//! toolchain files, tests and data are left out, with a note where they would have changed the build. Links, pipes and
//! devices among the sources are refused. Source files are taken as bytes: what is wrong with them, the compiler says.
//!
//! # Who a submission is from
//!
//! The learner's name is the entry's, without the ending of an archive or of `.rs`. Downloads of learning platforms are
//! known: `Jane Doe_12345_assignsubmission_file_` of Moodle is `Jane Doe_12345`, `doejane_LATE_123_456_lib-1.rs` of Canvas
//! is `doejane_123`, and files of one learner are one submission; `submission_4711` of Gradescope and `task-octocat` of
//! GitHub Classroom stay as they are. Two who would have one name have the entry's whole name (`bob` and `bob.zip`).
//!
//! Where a name becomes a file's, letters and digits of any script and `-`, `_`, `.`, `@` and `+` stay, a `-` or `.` only
//! after the first place; all else becomes `_`, and 100 bytes are kept. A name that this changes, or that another one equals
//! but for case, ends in `-` and eight digits of its hash.
//!
//! Beside the submissions, hidden files and lists (`.csv`, `.yml`, `.json`, …) are passed over. All other files are
//! entries, so that no learner is lost. A text that a learner of Moodle wrote beside the files is passed over too.
//!
//! # Limits
//!
//! They are the constants of [`limits`], each with its reason. What exceeds one is refused, with it as the reason; it harms
//! nobody else's submission, and the class goes on.
//!
//! # Example
//!
//! ```no_run
//! use std::path::Path;
//! use submissions::{Declared, Entry, submissions};
//!
//! # fn main() -> Result<(), submissions::Error> {
//! let tasks = [Declared {
//!     id: "fan-out/2".to_owned(),
//!     folder: "fan-out/02-unordered-fan-out".into(),
//!     package: "fan-out-02".to_owned(),
//!     files: vec!["lib.rs".into()],
//!     modules: true,
//!     manifest: None,
//! }];
//! for entry in submissions(Path::new("class"), &tasks)? {
//!     match entry {
//!         Ok(Entry::Taken(taken)) => println!("{}: {} files, {}", taken.learner.name, taken.files.len(), taken.sha256),
//!         Ok(Entry::Refused { learner, why, .. }) => println!("{}: 0 points: {why}", learner.name),
//!         Err(error) => println!("infra: {error}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod class;
mod folder;
mod layout;
pub mod limits;
mod locate;
mod names;
mod node;
mod package;
mod take;
mod tarred;
mod tree;
mod why;
mod zipped;

pub use class::{Submissions, submissions};
pub use why::{Error, Why};

use std::path::{Path, PathBuf};

/// A task that is graded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Such as `fan-out/2`.
    pub id: String,
    /// `<track>/<task>`, such as `fan-out/02-unordered-fan-out`.
    pub folder: PathBuf,
    /// The package's name in the exercise's `Cargo.toml`.
    pub package: String,
    /// The stub's files below `src/`, the main one first: `lib.rs`, `main.rs`, `sub/x.rs`.
    pub files: Vec<PathBuf>,
    /// Whether further modules below `src/` are taken.
    pub modules: bool,
    /// The exercise's `Cargo.toml`, to note where a learner has changed it.
    pub manifest: Option<Vec<u8>>,
}

/// A source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Inside `src/`: relative, UTF-8, without `.` and `..`.
    pub path: PathBuf,
    /// At most [`limits::FILE_BYTES`].
    pub bytes: Vec<u8>,
}

/// What one learner handed in for one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Whose it is.
    pub learner: Learner,
    /// The task's id.
    pub task: String,
    /// What is taken, by path.
    pub files: Vec<File>,
    /// Declared files that are not among them.
    pub missing: Vec<PathBuf>,
    /// What was left out, and why.
    pub notes: Vec<String>,
    /// Of the files, as 64 hexadecimal digits: of `submission 1`, a line feed, and for each file by path the path's length,
    /// the path, the content's length and the content, with lengths as 64-bit little-endian numbers.
    pub sha256: String,
    /// The folder or file that it came in; of several files the first.
    pub origin: PathBuf,
}

/// Whose a submission is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learner {
    /// To be shown: distinct in the class, without control characters.
    pub name: String,
    /// To be part of a file's name: distinct also where case does not count.
    pub file_name: String,
}

/// What became of a learner's part for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It can be judged.
    Taken(Submission),
    /// It cannot: no points, with this reason.
    Refused {
        /// Whose it is.
        learner: Learner,
        /// The task's id; `None` is all tasks.
        task: Option<String>,
        /// The folder or file that it came in.
        origin: PathBuf,
        /// Why.
        why: Why,
    },
}

impl Declared {
    /// Such as `fan-out`.
    fn track(&self) -> &str {
        self.folder.parent().and_then(Path::to_str).unwrap_or_default()
    }

    /// Such as `02-unordered-fan-out`.
    fn name(&self) -> &str {
        self.folder.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }
}
