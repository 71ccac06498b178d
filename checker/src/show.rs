//! `checker`, `checker show` and `checker next`: nothing is built here.

use crate::Exit;
use crate::fault::Fault;
use crate::progress::Progress;
use crate::report;
use crate::style::{BOLD, CYAN, DIM};
use catalog::{Task, Workbook};

/// The id as a learner types it: the main track's tasks by their number alone.
pub(crate) fn short(task: &Task) -> String {
    let id = task.id();
    id.strip_prefix("fan-out/").map_or(id.clone(), str::to_owned)
}

/// `fan-out/01-serial-pipeline`.
pub(crate) fn folder(task: &Task) -> String {
    format!("{}/{}", task.track(), task.folder())
}

/// Where the learner is, and the next command.
pub(crate) fn where_am_i(workbook: &Workbook) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let progress = Progress::read(workbook.root());
    let passed = tasks.iter().filter(|task| progress.passed(&task.id())).count();
    outln!("{passed} of {} tasks passed.", tasks.len());
    match tasks.iter().find(|task| !progress.passed(&task.id())) {
        Some(next) => {
            let id = short(next);
            outln!("\nNext: {BOLD}{} {}{BOLD:#}", next.id(), next.metadata().title);
            outln!("  {CYAN}cargo checker show {id}{CYAN:#}   what to build, and in which files");
            outln!("  {CYAN}cargo checker task {id}{CYAN:#}   judge it");
        }
        None => outln!("\nThat is all of them."),
    }
    outln!("\n{DIM}cargo checker list{DIM:#} shows all tasks, {DIM}cargo checker --help{DIM:#} all commands.");
    Ok(Exit::Passed)
}

/// The first task that is not passed.
pub(crate) fn unsolved<'a>(tasks: &'a [Task], progress: &Progress) -> Result<&'a Task, Fault> {
    tasks.iter().find(|task| !progress.passed(&task.id())).ok_or_else(|| {
        Fault::usage("every task is passed: there is no next one").help("name a task, such as 1 or fan-out/1")
    })
}

/// What to do now: the first task that is not passed.
pub(crate) fn next(workbook: &Workbook) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let progress = Progress::read(workbook.root());
    match tasks.iter().find(|task| !progress.passed(&task.id())) {
        Some(task) => whole(workbook, task),
        None => {
            outln!("Every task is passed. That is all of them.");
            Ok(Exit::Passed)
        }
    }
}

/// A task's files and criteria.
pub(crate) fn show(workbook: &Workbook, id: &str) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    whole(workbook, catalog::resolve(&tasks, id)?)
}

fn whole(workbook: &Workbook, task: &Task) -> Result<Exit, Fault> {
    outln!("{BOLD}{} {}{BOLD:#}", task.id(), task.metadata().title);
    outln!("{}\n", task.metadata().summary);
    let path = |path: std::path::PathBuf| {
        path.strip_prefix(workbook.root()).map_or(path.clone(), std::path::Path::to_path_buf).display().to_string()
    };
    outln!("  {DIM}edit{DIM:#}   {}/src", path(task.exercise()));
    outln!("  {DIM}brief{DIM:#}  the comment at the top of src/lib.rs");
    if task.chapter().exists() {
        outln!("  {DIM}read{DIM:#}   {}", path(task.chapter()));
    }
    outln!("  {DIM}open{DIM:#}   cargo checker open {}", short(task));
    outln!("  {DIM}judge{DIM:#}  cargo checker task {}", short(task));
    if task.bench().is_some() {
        outln!("  {DIM}bench{DIM:#}  cargo checker bench {}", short(task));
    }
    outln!();
    let criteria = task.criteria()?;
    let points = |criterion: &catalog::Criterion| task.metadata().points(&criterion.test);
    let unequal = criteria.iter().any(|criterion| points(criterion) != 1);
    for criterion in &criteria {
        let statement = criterion.statement.replace('`', "");
        for (index, line) in report::wrapped(&statement).iter().enumerate() {
            let mark = if index == 0 { "-" } else { " " };
            outln!("  {mark} {line}");
        }
        if criterion.model {
            outln!("    {DIM}(in every interleaving, by loom){DIM:#}");
        }
        if unequal {
            outln!("    {DIM}{}{DIM:#}", report::counted(points(criterion) as usize, "point"));
        }
    }
    if unequal {
        let all: usize = criteria.iter().map(|criterion| points(criterion) as usize).sum();
        outln!("\n  {} together", report::counted(all, "point"));
    }
    Ok(Exit::Passed)
}
