//! `checker watch`: the screen is a program of its own, `checker/watch`, which is built when it is first asked for and
//! then takes this process's place. It judges by starting this binary.

use crate::cli::{Color, WatchOptions};
use crate::fault::Fault;
use crate::progress::Progress;
use crate::task::SCHEMA;
use crate::{Exit, task, tool};
use catalog::{Task, Workbook};
use clap::ValueEnum;
use serde::Serialize;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Watches a task. Returns only if the screen does not start.
pub(crate) fn watch(workbook: &Workbook, options: &WatchOptions, color: Color) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let task = match &options.id {
        Some(id) => catalog::resolve(&tasks, id)?,
        None => next(workbook, &tasks)?,
    };
    let program = tool::program(workbook.root(), "watch", false)?;
    let checker = std::env::current_exe().map_err(|error| Fault::infra(format!("this program is gone: {error}")))?;
    let mut command = Command::new(&program);
    command.arg(checker).arg(workbook.root()).arg(task.id());
    command.args(["--color", color.to_possible_value().as_ref().map_or("auto", |value| value.get_name())]);
    if options.poll {
        command.arg("--poll");
    }
    let error = command.exec();
    Err(Fault::infra(format!("{} does not start: {error}", program.display())))
}

/// The first task that is not passed; the last if all are.
fn next<'a>(workbook: &Workbook, tasks: &'a [Task]) -> Result<&'a Task, Fault> {
    let progress = Progress::read(workbook.root());
    let open = tasks.iter().find(|task| !progress.passed(&task.id()));
    open.or(tasks.last()).ok_or_else(|| Fault::usage("the workbook has no tasks"))
}

/// What `list --json` says of a task.
#[derive(Serialize)]
struct Listed<'a> {
    schema: u32,
    task: &'a str,
    title: &'a str,
    /// With these tests or with older ones.
    passed: bool,
    /// The folder of the learner's crate.
    exercise: &'a Path,
    /// The folder of what judges it.
    tests: &'a Path,
}

/// All tasks, a JSON line each.
pub(crate) fn list(workbook: &Workbook) -> Result<Exit, Fault> {
    let progress = Progress::read(workbook.root());
    let mut out = io::stdout().lock();
    for task in workbook.tasks()? {
        let (id, exercise, tests) = (task.id(), task.exercise(), task.tests());
        let inside = |path| Path::strip_prefix(path, workbook.root()).unwrap_or(path);
        let listed = Listed {
            schema: SCHEMA,
            task: &id,
            title: &task.metadata().title,
            passed: progress.passed(&id),
            exercise: inside(&exercise),
            tests: inside(&tests),
        };
        let line = serde_json::to_string(&listed).expect("records are plain data");
        writeln!(out, "{line}").or_else(task::unread)?;
    }
    Ok(Exit::Passed)
}
