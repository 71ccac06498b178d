//! What all results of a folder have in common: what was asked, and what it was judged with.

use crate::Points;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format of the journal.
pub const SCHEMA: u32 = 1;

/// What the results were found with. It holds neither dates nor paths: the same tests, toolchain and machine give
/// the same header.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The workbook's version.
    pub workbook: String,
    /// What `rustc -vV` says, in a line.
    pub toolchain: String,
    /// The checker's hash.
    pub checker: String,
    /// SHA-256 of each task's tests, by the task's id.
    pub tests: BTreeMap<String, String>,
    /// The seed of what tests draw.
    pub seed: u64,
    /// The limits that submissions ran under, with their units: `memory` is `512 MiB`.
    pub limits: BTreeMap<String, String>,
    /// What the sandbox could do here.
    pub sandbox: Vec<Ability>,
    /// Whether the instructor allowed a sandbox that lacks something.
    pub weak_sandbox: bool,
    /// The tasks, in the order in which they are shown.
    pub tasks: Vec<Task>,
}

/// Something that a sandbox needs, and whether this machine gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ability {
    /// Such as `landlock`.
    pub name: String,
    /// Such as `ABI 6`, or why it is missing.
    pub state: String,
}

/// A task, as far as results speak of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Such as `fan-out/1`.
    pub id: String,
    /// Such as `Serial pipeline`.
    pub title: String,
    /// Where the learner's crate lies in a repository: `exercises/fan-out/01-serial-pipeline`. Annotations name it.
    pub folder: String,
    /// In the order in which a learner meets them.
    pub criteria: Vec<Asked>,
}

impl Task {
    /// What the whole task is worth.
    pub fn possible(&self) -> Points {
        self.criteria.iter().map(|asked| asked.points).sum()
    }
}

/// A criterion, as it is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The test's name.
    pub test: String,
    /// What is asked, in a sentence.
    pub sentence: String,
    /// What it is worth.
    pub points: Points,
    /// Who sees it, and when.
    pub visibility: Visibility,
    /// Whether it explores interleavings: its particulars are steps, and are told whole.
    #[serde(default)]
    pub model: bool,
}

/// Who sees a criterion, and when. From what everybody sees to what nobody sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The learner, at once.
    #[default]
    Visible,
    /// The learner, once nothing can be handed in any more.
    AfterDueDate,
    /// The learner, once the grades are published.
    AfterPublished,
    /// The instructor alone.
    Hidden,
}

impl Header {
    /// The task with this id.
    pub fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// In what another header differs, a line each, at most [`MOST_DIFFERENCES`].
    pub(crate) fn differences(&self, other: &Header) -> Vec<String> {
        let mut found = Vec::new();
        let value = |header| serde_json::to_value(header).unwrap_or_default();
        differ("", &value(self), &value(other), &mut found);
        let more = found.len().saturating_sub(MOST_DIFFERENCES);
        found.truncate(MOST_DIFFERENCES);
        if more > 0 {
            found.push(format!("… and {more} more"));
        }
        found
    }
}

/// Beyond it, a list of differences says nothing new.
const MOST_DIFFERENCES: usize = 5;

fn differ(at: &str, recorded: &serde_json::Value, now: &serde_json::Value, found: &mut Vec<String>) {
    use serde_json::Value::{Array, Null, Object};
    let inner = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match (recorded, now) {
        _ if recorded == now => {}
        (Object(a), Object(b)) => {
            let mut names: Vec<_> = a.keys().chain(b.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                differ(&inner(name), a.get(name).unwrap_or(&Null), b.get(name).unwrap_or(&Null), found);
            }
        }
        (Array(a), Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                let name = inner(&(index + 1).to_string());
                differ(&name, a.get(index).unwrap_or(&Null), b.get(index).unwrap_or(&Null), found);
            }
        }
        _ => found.push(format!("{at}: recorded {}, now {}", brief(recorded), brief(now))),
    }
}

fn brief(value: &serde_json::Value) -> String {
    let text = match value {
        serde_json::Value::Null => "nothing".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Object(object) => {
            let name = ["id", "test", "name"].iter().find_map(|key| object.get(*key)?.as_str());
            name.unwrap_or("something else").to_owned()
        }
        other => other.to_string(),
    };
    crate::clean::cut(&crate::clean::plain(&text), 80)
}
