//! Where everything of a task lies, and what its tests ask.
//!
//! A [`Workbook`] is a folder; its tasks are the folders `tests/<track>/<nn>-<slug>/` that hold a
//! `task.toml`. Nothing is listed in a central place, and nothing here compiles or runs code: criteria are
//! [read from the source](Task::criteria), so they are known while the learner's code does not compile.
//!
//! The same `<track>/<nn>-<slug>` names a task's other parts:
//!
//! | part | where |
//! |---|---|
//! | what the learner edits | `exercises/<track>/<nn>-<slug>/` |
//! | the reference | `solutions/<track>/<nn>-<slug>/` |
//! | what judges it | `tests/<track>/<nn>-<slug>/acceptance.rs`, the modules that it declares, and `loom.rs` |
//! | where those are left out, the criteria's list | `tests/<track>/<nn>-<slug>/criteria.json` |
//! | the untouched exercise | `tests/<track>/<nn>-<slug>/stub/` |
//! | the grader's own tests | `tests/<track>/<nn>-<slug>/{wrong,right}/<name>/` |
//! | what those of them that fail are told | `tests/<track>/<nn>-<slug>/reports.txt` |
//! | hints | `tests/<track>/<nn>-<slug>/hints.md` |
//! | the chapter | `book/src/<track>/<nn>-<slug>.md` |

mod criteria;
mod error;
mod files;
mod hash;
mod hints;
mod listed;
mod metadata;
mod number;
mod resolve;
mod sources;
mod task;
mod variants;
mod workbook;

#[cfg(test)]
mod scratch;

pub use criteria::{Criterion, DEADLINE};
pub use error::{Error, Problem};
pub use hash::Hash;
pub use hints::{Hint, Hints};
pub use metadata::{Loom, Mark, Metadata, Picture, Visibility};
pub use number::Number;
pub use resolve::resolve;
pub use task::Task;
pub use variants::Variant;
pub use workbook::Workbook;
