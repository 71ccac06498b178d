//! The book's pictures, from runs of the reference.
//!
//! `cargo checker task ID --solution --json --spans` prints a record a line. Of each task, the criterion that
//! its `task.toml` names under `picture` is drawn, to `book/src/pictures/<track>-<nn>.svg`.

use catalog::{Picture, Task, Workbook, resolve};
use lanes::{Mark, Options};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use thiserror::Error as Derive;
use verdict::Verdict;

/// Why there are no pictures.
#[derive(Debug, Derive)]
pub enum Error {
    /// The workbook itself is unsound.
    #[error("{0}: {help}", help = .0.help())]
    Workbook(#[from] catalog::Error),
    /// The input cannot be read.
    #[error("the records cannot be read: {0}")]
    Input(#[from] io::Error),
    /// A line that is no record.
    #[error("line {line} is no record of `cargo checker task … --json`: {problem}")]
    Record {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A run that cannot be drawn.
    #[error("{task}: {problem}")]
    Run {
        /// The task's id.
        task: String,
        /// What is wrong with its run.
        problem: String,
    },
    /// A picture that cannot be written.
    #[error("{} cannot be written: {source}", file.display())]
    Write {
        /// The picture.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A picture, drawn.
#[derive(Debug)]
pub struct Drawn {
    /// The task's id.
    pub task: String,
    /// Where the picture belongs.
    pub file: PathBuf,
    /// The picture.
    pub svg: String,
    /// Whether the file holds exactly this picture.
    pub current: bool,
}

impl Drawn {
    /// Replaces the file as a whole: a reader sees the old picture or the new one.
    ///
    /// # Errors
    ///
    /// [`Error::Write`]
    pub fn write(&self) -> Result<(), Error> {
        let failed = |source| Error::Write { file: self.file.clone(), source };
        let whole = self.file.with_extension(format!("svg.{}", std::process::id()));
        fs::create_dir_all(self.file.parent().unwrap_or(Path::new(""))).map_err(failed)?;
        fs::write(&whole, &self.svg).and_then(|()| fs::rename(&whole, &self.file)).map_err(|error| {
            let _ = fs::remove_file(&whole);
            failed(error)
        })
    }
}

/// Draws the tasks that the records are about, those that have a picture.
///
/// # Errors
///
/// A line that is no record, and a picture's criterion that did not run, did not pass or carries no spans.
pub fn draw(workbook: &Workbook, records: impl BufRead) -> Result<Vec<Drawn>, Error> {
    let tasks = workbook.tasks()?;
    let mut runs: BTreeMap<String, Option<Verdict>> = BTreeMap::new();
    for (number, line) in records.lines().enumerate() {
        let line = line?;
        if !line.trim().is_empty() {
            take(&line, &tasks, &mut runs).map_err(|problem| Error::Record { line: number + 1, problem })?;
        }
    }
    let wanted = tasks.iter().filter_map(|task| Some((task, task.metadata().picture.as_ref()?)));
    let drawn = wanted.filter_map(|(task, picture)| {
        let run = runs.remove(&task.id())?;
        Some(picture_of(workbook, task, picture, run).map_err(|problem| Error::Run { task: task.id(), problem }))
    });
    drawn.collect()
}

/// Takes one record in.
fn take(line: &str, tasks: &[Task], runs: &mut BTreeMap<String, Option<Verdict>>) -> Result<(), String> {
    let mut record: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if record["schema"] != 1 {
        return Err(format!("its schema is {}, not 1", record["schema"]));
    }
    if record["type"] != "criterion" {
        return Ok(());
    }
    let (Some(task), Some(test)) = (record["task"].as_str(), record["test"].as_str()) else {
        return Err("a criterion has a task and a test".into());
    };
    let task = resolve(tasks, task).map_err(|error| error.to_string())?;
    let run = runs.entry(task.id()).or_default();
    if task.metadata().picture.as_ref().is_some_and(|picture| picture.test == test) {
        *run = Some(serde_json::from_value(record["verdict"].take()).map_err(|error| error.to_string())?);
    }
    Ok(())
}

fn picture_of(workbook: &Workbook, task: &Task, picture: &Picture, run: Option<Verdict>) -> Result<Drawn, String> {
    let test = &picture.test;
    let run = run.ok_or_else(|| format!("`{test}`, which its task.toml wants drawn, did not run"))?;
    if !run.passed() {
        return Err(format!("`{test}` ended in {}; the book shows runs that pass", run.kind));
    }
    if run.spans.is_empty() {
        return Err(format!("`{test}` carries no spans: run with `--spans`, and have the test watch its work"));
    }
    let micros = |ms: f64| (ms * 1000.0).round() as u64;
    let end = run.spans.iter().map(|span| span.end).max().unwrap_or(0);
    // As `checker trace` draws it.
    let mut options = Options::of(&run);
    options.title = format!("{} {}: the reference's run", task.id(), task.metadata().title);
    options.window = Some((micros(picture.from_ms), picture.until_ms.map_or(end, micros)));
    options.bound = picture.bound;
    if options.marks.is_empty() {
        let mark = |mark: &catalog::Mark| Mark { at: micros(mark.at_ms), label: mark.label.clone() };
        options.marks = picture.mark.iter().map(mark).collect();
    }
    let svg = lanes::draw(&run.spans, &options);
    let file = workbook.root().join("book/src/pictures").join(format!("{}.svg", task.package()));
    let current = fs::read(&file).is_ok_and(|old| old == svg.as_bytes());
    Ok(Drawn { task: task.id(), file, svg, current })
}
