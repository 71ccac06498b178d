//! The twin of the `workbook` crate that a loom model is built with.
//!
//! A subject is compiled once more with this package in `workbook`'s place, so that its locks and atomics are
//! loom's. Each operation is noted with its thread and its source line; when an interleaving fails, those
//! notes are the message: steps by thread, not a panic from inside a model checker.

pub mod model;
mod steps;
pub mod sync;

#[path = "../../../exercises/workbook/src/reorder.rs"]
pub mod reorder;
#[path = "../../../exercises/workbook/src/work.rs"]
mod work;

pub use work::{Peak, PlannedPanic, Record, Run, Work};
