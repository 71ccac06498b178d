//! What is in a class's copy: the workbook's files, but for the solutions, what the grader is tested with, and what is
//! for contributors.

use super::{list, pages, readme};
use crate::cli::Kept;
use crate::fault::Fault;
use catalog::{Criterion, Task};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use toml::Table;

/// A file of a copy.
pub(super) struct File {
    pub(super) text: Vec<u8>,
    /// Whether it is to be run.
    pub(super) program: bool,
}

/// The files of a copy, by their paths.
pub(super) type Files = BTreeMap<PathBuf, File>;

/// A copy in the making.
pub(super) struct Copy<'a> {
    pub(super) root: &'a Path,
    /// All tasks of the workbook.
    pub(super) tasks: &'a [Task],
    /// Those of the copy.
    pub(super) chosen: &'a [&'a Task],
    pub(super) tests: Kept,
}

/// What is for those who work on the workbook, or teach with it.
const OTHERS: [&str; 8] = [
    ".ci",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "book/src/instructors.md",
    "deny.toml",
    "tests/hostile",
    "typos.toml",
];

/// What the grader of a task is tested with; a reason why a change to the solution is not noticed shows the solution.
const PROOFS: [&str; 4] = ["wrong", "right", "mutants.toml", "reports.txt"];

/// What is left of a task's tests where they are left out.
const WITHOUT_TESTS: [&str; 3] = ["task.toml", "hints.md", "stub"];

/// What becomes of one of the workbook's files.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Kept,
    LeftOut,
}

impl Copy<'_> {
    /// All files of the copy.
    pub(super) fn files(&self) -> Result<Files, Fault> {
        let mut files = Files::new();
        for (path, from) in list::of(self.root, &mut |_| {}) {
            if self.fate(&path) == Fate::LeftOut {
                continue;
            }
            let from = self.root.join(from);
            let text = std::fs::read(&from).map_err(|error| Fault::file("read", &from, &error))?;
            let text = self.changed(&path, text)?;
            files.insert(path, File { text, program: list::program(&from) });
        }
        for task in self.chosen {
            let folder = Path::new("tests").join(task.track()).join(task.folder());
            match self.tests {
                Kept::Included => insert(&mut files, folder.join("dependencies.toml"), dependencies(task)?),
                Kept::Absent => insert(&mut files, folder.join("criteria.json"), Criterion::list(&task.criteria()?)),
            }
        }
        insert(&mut files, PathBuf::from("README.md"), readme::text(self.chosen, self.tests)?);
        Ok(files)
    }

    /// The version of Rust that the workbook asks for.
    pub(super) fn rust(&self) -> Result<String, Fault> {
        let path = self.root.join("Cargo.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| Fault::file("read", &path, &error))?;
        let manifest: Option<Table> = text.parse().ok();
        let version = manifest.as_ref().and_then(|manifest| {
            manifest.get("workspace")?.get("package")?.get("rust-version")?.as_str().map(str::to_owned)
        });
        version.ok_or_else(|| Fault::usage(format!("{} names no rust-version", path.display())))
    }

    fn fate(&self, path: &Path) -> Fate {
        let parts: Vec<&str> = path
            .components()
            .filter_map(|part| if let Component::Normal(name) = part { name.to_str() } else { None })
            .collect();
        let kept = match parts[..] {
            _ if OTHERS.iter().any(|left_out| path.starts_with(left_out)) => false,
            ["solutions", ..] => false,
            [top @ ("exercises" | "tests"), track, folder, part, ..] => match self.task(track, folder) {
                Some((_, false)) => false,
                Some((_, true)) if top == "exercises" => part != "tests" || self.tests == Kept::Included,
                Some((_, true)) if self.tests == Kept::Included => !PROOFS.contains(&part),
                Some((_, true)) => WITHOUT_TESTS.contains(&part),
                None => true,
            },
            ["book", "src", track, page] => {
                let folder = page.strip_suffix(".md").unwrap_or(page);
                self.task(track, folder).is_none_or(|(_, chosen)| chosen)
            }
            _ => true,
        };
        if kept { Fate::Kept } else { Fate::LeftOut }
    }

    /// The task of this folder, and whether it is in the copy.
    fn task(&self, track: &str, folder: &str) -> Option<(&Task, bool)> {
        let task = self.tasks.iter().find(|task| task.track() == track && task.folder() == folder)?;
        Some((task, self.chosen.iter().any(|chosen| chosen.id() == task.id())))
    }

    /// What a file says in the copy.
    fn changed(&self, path: &Path, text: Vec<u8>) -> Result<Vec<u8>, Fault> {
        let named = path.to_str().unwrap_or_default();
        let page = path.starts_with("book/src") && named.ends_with(".md");
        if !page && !["Cargo.toml", "book/book.toml"].contains(&named) {
            return Ok(text);
        }
        let text = String::from_utf8(text)
            .map_err(|_| Fault::usage(format!("{} is not UTF-8 text", self.root.join(path).display())))?;
        Ok(match named {
            "Cargo.toml" => without_solutions(&text),
            "book/book.toml" => text.replace("\"../solutions\", ", ""),
            _ => pages::page(&text, path, &|page| self.fate(page) == Fate::Kept),
        }
        .into_bytes())
    }
}

pub(super) fn insert(files: &mut Files, path: PathBuf, text: String) {
    files.insert(path, File { text: text.into_bytes(), program: false });
}

/// The workspace's manifest without the solutions among its members.
fn without_solutions(manifest: &str) -> String {
    manifest.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("\"solutions/")).collect()
}

/// What the task's tests are built with: the reference's dependencies, without anything else of its manifest.
fn dependencies(task: &Task) -> Result<String, Fault> {
    let path = task.manifest();
    let text = std::fs::read_to_string(&path).map_err(|error| Fault::file("read", &path, &error))?;
    let manifest: Table = text.parse().map_err(|error| Fault::usage(format!("{}: {error}", path.display())))?;
    let kept: Table = ["dependencies", "dev-dependencies"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), manifest.get(name)?.clone())))
        .collect();
    let kept = toml::to_string(&kept).map_err(|error| Fault::infra(format!("{}: {error}", path.display())))?;
    Ok(format!("# What the tests are built with, whatever the exercise's Cargo.toml says.\n{kept}"))
}
