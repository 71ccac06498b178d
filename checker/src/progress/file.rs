//! What the file says. Fields that this checker does not know are kept as they are.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The version that is written. It changes when a field changes its meaning: an older checker then leaves the file
/// alone.
pub(crate) const VERSION: u64 = 2;

/// The progress of all tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct File {
    version: u64,
    /// By the task's id, which outlives its title, its folder and its place in the list.
    #[serde(default)]
    tasks: BTreeMap<String, Task>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// The progress of one task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Task {
    /// The hash of the tests that were passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) passed: Option<String>,
    /// The names of the hints that were seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) hints: Vec<String>,
    /// The test of the first criterion that did not hold at the last judging.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failing: Option<String>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// Why a text is no progress.
#[derive(Debug)]
pub(super) enum Unusable {
    /// A later checker wrote it.
    Newer(u64),
    /// It is not what any checker writes.
    Broken(String),
}

impl File {
    /// Reads any version up to [`VERSION`].
    pub(super) fn parse(text: &[u8]) -> Result<File, Unusable> {
        let broken = |error: serde_json::Error| Unusable::Broken(error.to_string());
        let value: Value = serde_json::from_slice(text).map_err(broken)?;
        match value.get("version").and_then(Value::as_u64) {
            Some(version) if version > VERSION => Err(Unusable::Newer(version)),
            Some(VERSION) => serde_json::from_value(value).map_err(broken),
            Some(1) => serde_json::from_value::<First>(value).map(File::from).map_err(broken),
            _ => Err(Unusable::Broken("it has no version".to_owned())),
        }
    }

    /// The text to write.
    pub(super) fn text(&self) -> Vec<u8> {
        let file = File { version: VERSION, ..self.clone() };
        let mut text = serde_json::to_vec_pretty(&file).expect("progress is plain data");
        text.push(b'\n');
        text
    }

    pub(super) fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.get(id)
    }

    fn at(&mut self, id: &str) -> &mut Task {
        self.tasks.entry(id.to_owned()).or_default()
    }

    /// Notes that a task was passed with the tests of this hash.
    pub(crate) fn pass(&mut self, id: &str, tests: &str) {
        let task = self.at(id);
        task.passed = Some(tests.to_owned());
        task.failing = None;
    }

    /// Notes which criterion was the first that did not hold. An earlier pass stays one.
    pub(crate) fn fail(&mut self, id: &str, test: &str) {
        self.at(id).failing = Some(test.to_owned());
    }

    /// Notes that a hint was seen.
    pub(crate) fn see(&mut self, id: &str, hint: &str) {
        let hints = &mut self.at(id).hints;
        if !hints.iter().any(|seen| seen == hint) {
            hints.push(hint.to_owned());
        }
    }

    /// Forgets which hints were seen.
    pub(crate) fn forget_hints(&mut self, id: &str) {
        self.at(id).hints.clear();
    }
}

/// Version 1: the hash of the passed tests, by the task's id.
#[derive(Deserialize)]
struct First {
    #[serde(default)]
    passed: BTreeMap<String, String>,
}

impl From<First> for File {
    fn from(first: First) -> File {
        let task = |tests| Task { passed: Some(tests), ..Task::default() };
        let tasks = first.passed.into_iter().map(|(id, tests)| (id, task(tests))).collect();
        File { version: VERSION, tasks, unknown: Map::new() }
    }
}
