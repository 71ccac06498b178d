//! Keeps what grading finds, and writes what an instructor uses.
//!
//! A grader hands one [`Graded`] after the other to a [`Journal`]. Each is on the disk before
//! [`append`](Journal::append) returns, in `results.jsonl`, whose lines vouch for one another. After a kill,
//! [`Journal::resume`] goes on and says what is there already. [`finish`] writes all else from the journal alone:
//! tables, JUnit XML, Gradescope's JSON, annotations for GitHub, a report for each learner and an index. Two runs
//! over the same input write the same bytes, but for `timings.jsonl`.
//!
//! The crate knows neither cargo nor sandboxes. Whatever learners wrote, their names too, is taken for hostile.
//!
//! # Examples
//!
//! ```
//! use results::{Asked, Criterion, Graded, Header, Journal, Options, Outcome, Points, SCHEMA, Task, Visibility};
//! use verdict::{Kind, Verdict};
//!
//! let out = tempfile::tempdir()?;
//! let asked = Asked {
//!     test: "every_number_doubled_in_order".into(),
//!     sentence: "The output is `2, 4, … 2000`, in this order.".into(),
//!     points: Points::ONE,
//!     visibility: Visibility::Visible,
//!     model: false,
//! };
//! let header = Header {
//!     schema: SCHEMA,
//!     workbook: "0.1.0".into(),
//!     toolchain: "rustc 1.95.0".into(),
//!     checker: "c0ffee".into(),
//!     tests: [("fan-out/1".to_owned(), "5eed".to_owned())].into(),
//!     seed: 7,
//!     limits: [("memory".to_owned(), "512 MiB".to_owned())].into(),
//!     sandbox: Vec::new(),
//!     weak_sandbox: false,
//!     tasks: vec![Task {
//!         id: "fan-out/1".into(),
//!         title: "Serial pipeline".into(),
//!         folder: "exercises/fan-out/01-serial-pipeline".into(),
//!         criteria: vec![asked],
//!     }],
//! };
//!
//! let mut journal = Journal::create(out.path(), &header)?;
//! let graded = Graded {
//!     learner: "anna".into(),
//!     task: "fan-out/1".into(),
//!     submission: "ab".repeat(32),
//!     outcome: Outcome::Graded,
//!     notes: Vec::new(),
//!     criteria: vec![Criterion {
//!         test: "every_number_doubled_in_order".into(),
//!         verdict: Verdict::new(Kind::Fail, "1 of 1000 items lost, the first is 12"),
//!         output: String::new(),
//!     }],
//!     compiler: String::new(),
//!     lanes: None,
//!     took_ms: 812,
//! };
//! journal.append(&graded)?;
//! drop(journal); // Such as by a kill.
//!
//! let (journal, done) = Journal::resume(out.path(), &header)?;
//! assert!(done.contains(&graded.key()));
//! let summary = journal.finish(&Options { learners: vec!["ben".into()], ..Options::default() })?;
//! assert_eq!(summary.most_failed[0].failed, 1);
//! assert!(out.path().join("reports/anna.html").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chain;
mod class;
mod clean;
mod error;
mod files;
mod finish;
mod github;
mod gradescope;
mod header;
mod html;
mod journal;
mod junit;
mod markdown;
mod message;
mod names;
mod picture;
mod points;
mod record;
mod seal;
mod summary;
mod table;

pub use chain::{JOURNAL, Verified, verify_chain};
pub use error::Error;
pub use files::SUMS;
pub use finish::{Options, annotations, finish};
pub use header::{Ability, Asked, Header, SCHEMA, Task, Visibility};
pub use journal::Journal;
pub use names::file_name;
pub use points::Points;
pub use record::{Criterion, Graded, Key, Outcome, State};
pub use summary::{Failed, Reason, Summary};
