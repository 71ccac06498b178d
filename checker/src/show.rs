//! `checker`, `checker list` and `checker show`: nothing is built here.

use crate::Exit;
use crate::fault::Fault;
use crate::progress::Progress;
use crate::report;
use crate::style::{BOLD, CYAN, DIM, GREEN, YELLOW};
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

/// All tasks, by track.
pub(crate) fn list(workbook: &Workbook) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let progress = Progress::read(workbook.root());
    let mut track = "";
    for task in &tasks {
        if task.track() != track {
            track = task.track();
            let of_track = || tasks.iter().filter(|task| task.track() == track);
            let passed = of_track().filter(|task| progress.passed(&task.id())).count();
            outln!("\n{BOLD}{track}{BOLD:#}{DIM}, {passed} of {} passed{DIM:#}", of_track().count());
        }
        let (style, mark) = match task.hash() {
            Ok(tests) if progress.passed_with(&task.id(), &tests) => (GREEN, "passed"),
            _ if progress.passed(&task.id()) => (YELLOW, "passed with older tests"),
            _ => (DIM, ""),
        };
        let needs = match &task.metadata().requires[..] {
            [] => String::new(),
            services => format!("  needs {}", services.join(", ")),
        };
        let metadata = task.metadata();
        outln!(
            "  {:>4}  {:<34}{style}{mark}{style:#}{YELLOW}{needs}{YELLOW:#}",
            task.number().to_string(),
            metadata.title
        );
    }
    Ok(Exit::Passed)
}

/// A task's files and criteria.
pub(crate) fn show(workbook: &Workbook, id: &str) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let task = catalog::resolve(&tasks, id)?;
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
    outln!("  {DIM}judge{DIM:#}  cargo checker task {}", short(task));
    if task.bench().is_some() {
        outln!("  {DIM}bench{DIM:#}  cargo checker bench {}", short(task));
    }
    outln!();
    for criterion in task.criteria()? {
        let statement = criterion.statement.replace('`', "");
        for (index, line) in report::wrapped(&statement).iter().enumerate() {
            let mark = if index == 0 { "-" } else { " " };
            outln!("  {mark} {line}");
        }
        if criterion.model {
            outln!("    {DIM}(in every interleaving, by loom){DIM:#}");
        }
    }
    Ok(Exit::Passed)
}
