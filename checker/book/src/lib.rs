//! The book's preprocessor and its swim-lane pictures.
//!
//! A chapter holds no copy of what is said elsewhere. Five directives, each alone on its line, bring it in:
//!
//! - `{{criteria fan-out/1}}`: the task's criteria, read from its tests;
//! - `{{listing solutions/fan-out/01-serial-pipeline/src/lib.rs printer}}`: a file, or the part of it between
//!   `// ANCHOR: printer` and `// ANCHOR_END: printer`;
//! - `{{lanes fan-out-01 Three stages that overlap by a millisecond.}}`: a picture of `book/src/pictures/`,
//!   with what it shows in words;
//! - `{{picture fan-out-13-benchmark One width after the other, by `cargo checker bench 13`.}}`: any other picture of
//!   that folder: what a benchmark or an experiment drew, or a hand; backticks make code in its words;
//! - `{{output cooperative-budget}}`: what an experiment of `book/experiments` printed, kept in `book/src/outputs/`,
//!   below the command that prints it.
//!
//! A directive that cannot be carried out fails the build, with chapter and line: a listing never silently
//! comes out empty. mdBook's own directives, `{{#include …}}` and the like, are left alone.
//!
//! [`pictures`] draws what the work probes of the reference's runs saw.

pub mod pictures;
pub mod preprocess;

mod chapter;
mod directive;
mod figure;
mod fragment;
mod listing;
mod output;
