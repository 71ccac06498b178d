//! `task.toml`: the little about a task that is not said by its folders.

use crate::{Error, files};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What `task.toml` says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The task's name in lists and headings.
    pub title: String,
    /// What the learner builds, in a sentence.
    pub summary: String,
    /// Whose swim lanes the book shows.
    #[serde(default)]
    pub picture: Option<Picture>,
    /// Services that the judge needs, such as `nats`.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Paths that the learner's code may not name, such as `tokio::sync::Semaphore`.
    #[serde(default)]
    pub forbid: Vec<String>,
    /// Whether the checker builds what is judged, and the tests with it, with optimisation: for judges in which a debug
    /// build would be too slow. Dependencies are not meant: those have a profile in the workbook's `Cargo.toml`.
    #[serde(default)]
    pub optimised: bool,
    /// What loom models.
    #[serde(default)]
    pub loom: Option<Loom>,
    /// What criteria are worth, by their tests' names; the others are worth one point.
    #[serde(default)]
    pub points: BTreeMap<String, u32>,
    /// To whom Gradescope shows criteria, by their tests' names; the others are visible.
    #[serde(default)]
    pub visibility: BTreeMap<String, Visibility>,
}

/// When Gradescope shows a learner what came of a criterion, by its own names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Always.
    #[default]
    Visible,
    /// Never.
    Hidden,
    /// After the assignment's due date.
    AfterDueDate,
    /// When the grades are published.
    AfterPublished,
}

impl Visibility {
    /// As Gradescope spells it.
    pub fn name(self) -> &'static str {
        match self {
            Visibility::Visible => "visible",
            Visibility::Hidden => "hidden",
            Visibility::AfterDueDate => "after_due_date",
            Visibility::AfterPublished => "after_published",
        }
    }
}

/// The swim lanes that the book shows.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// The criterion that they are taken from.
    pub test: String,
    /// Where the picture begins, in milliseconds of virtual time.
    #[serde(default)]
    pub from_ms: f64,
    /// Where the picture ends; without it, at the end of the last span.
    #[serde(default)]
    pub until_ms: Option<f64>,
    /// The bound on what is in flight, drawn as a line.
    #[serde(default)]
    pub bound: Option<usize>,
    /// Moments to point out.
    #[serde(default)]
    pub mark: Vec<Mark>,
}

/// A moment to point out in a picture.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// When, in milliseconds of virtual time.
    pub at_ms: f64,
    /// A word or two, such as `cancel`.
    pub label: String,
}

/// What loom models.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loom {
    /// The files under `src/` that must use the synchronisation shim alone.
    pub files: Vec<String>,
}

impl Metadata {
    /// What the criterion of this test is worth.
    pub fn points(&self, test: &str) -> u32 {
        self.points.get(test).copied().unwrap_or(1)
    }

    /// When Gradescope shows the criterion of this test.
    pub fn visibility(&self, test: &str) -> Visibility {
        self.visibility.get(test).copied().unwrap_or_default()
    }

    pub(crate) fn read(file: &Path) -> Result<Metadata, Error> {
        let text = files::text(file)?;
        toml::from_str(&text).map_err(|error| {
            let before = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = 1 + text.as_bytes()[..before].iter().filter(|byte| **byte == b'\n').count();
            Error::Metadata { file: file.into(), line, message: error.message().replace('\n', "; ") }
        })
    }
}
