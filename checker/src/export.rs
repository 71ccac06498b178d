//! `checker export`: a class's copy of the workbook, without solutions, with its tests or with the list of its criteria
//! alone; and what judges it elsewhere.

mod classroom;
mod copy;
#[cfg(feature = "grade")]
mod gradescope;
#[path = "../init/list.rs"]
mod list;
mod pages;
mod place;
mod readme;

use crate::cli::{ExportOptions, Kept};
use crate::fault::Fault;
use crate::style::{BOLD, CYAN};
use crate::{Exit, report, whose};
use catalog::{Task, Workbook};
use copy::Copy;
use std::path::{Path, PathBuf};

/// Makes the copy, and what was asked for beside it.
pub(crate) fn export(workbook: &Workbook, options: &ExportOptions) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let chosen = chosen(&tasks, options)?;
    chosen.iter().try_for_each(|task| whose::reference(task))?;
    if options.classroom && options.tests == Kept::Absent {
        return Err(Fault::usage("GitHub Classroom judges in the learner's repository, which would have no tests")
            .help("--tests included; or grade what they hand in yourself"));
    }
    let folder = absolute(&options.class)?;
    let bundle = options.gradescope.as_ref().map(|file| bundle(&folder, file.as_deref())).transpose()?;
    if bundle.is_some() && cfg!(not(feature = "grade")) {
        return whole(workbook, options, &folder, bundle.as_deref());
    }
    let copy = Copy { root: workbook.root(), tasks: &tasks, chosen: &chosen, tests: options.tests };
    let mut files = copy.files()?;
    if options.classroom {
        classroom::add(&mut files, &chosen, &copy.rust()?)?;
    }
    let count = files.len();
    place::fill(&folder, files)?;
    outln!("{BOLD}{}{BOLD:#} holds the class's copy:", report::plain(&folder.display().to_string()));
    outln!("{}, {}.", report::counted(chosen.len(), "task"), report::counted(count, "file"));
    outln!(
        "It has {}; it has no solutions.",
        match options.tests {
            Kept::Included => "the tests, and judges as this workbook does",
            Kept::Absent => "no tests: `cargo checker task` compiles, and you judge",
        }
    );
    if options.classroom {
        outln!("GitHub Classroom's autograder is .github/workflows/classroom.yml.");
    }
    #[cfg(feature = "grade")]
    if let Some(bundle) = &bundle {
        gradescope::write(workbook.root(), &chosen, &copy.rust()?, bundle)?;
        outln!("{BOLD}{}{BOLD:#} is Gradescope's autograder.", report::plain(&bundle.display().to_string()));
        outln!("It holds the solutions: it is for Gradescope alone.");
    }
    outln!("\nNext:\n  {CYAN}cd {}{CYAN:#}", whose::quoted(&options.class));
    outln!("  {CYAN}git init && git add --all && git commit --message \"The class's workbook\"{CYAN:#}");
    Ok(Exit::Passed)
}

/// The tasks that are asked for, in the workbook's order.
fn chosen<'a>(tasks: &'a [Task], options: &ExportOptions) -> Result<Vec<&'a Task>, Fault> {
    if let Some(track) = &options.track {
        let of: Vec<&Task> = tasks.iter().filter(|task| task.track() == track).collect();
        let mut tracks: Vec<&str> = tasks.iter().map(Task::track).collect();
        tracks.dedup();
        return match of.is_empty() {
            true => {
                Err(Fault::usage(format!("no track is called `{track}`")).help(format!("one of {}", tracks.join(", "))))
            }
            false => Ok(of),
        };
    }
    let named: Vec<String> =
        options.tasks.iter().map(|id| catalog::resolve(tasks, id).map(Task::id)).collect::<Result<_, _>>()?;
    Ok(tasks.iter().filter(|task| named.is_empty() || named.contains(&task.id())).collect())
}

fn absolute(path: &Path) -> Result<PathBuf, Fault> {
    std::path::absolute(path).map_err(|error| Fault::usage(format!("{}: {error}", path.display())))
}

/// Where Gradescope's bundle goes: beside the class's copy, never into it, for it holds the solutions.
fn bundle(folder: &Path, file: Option<&Path>) -> Result<PathBuf, Fault> {
    let file = match file {
        Some(file) => absolute(file)?,
        None => folder.with_file_name("autograder.zip"),
    };
    if file.starts_with(folder) {
        return Err(Fault::usage(format!(
            "{} would lie in the learners' copy, and holds the solutions",
            file.display()
        ))
        .help("name a file elsewhere"));
    }
    if file.exists() {
        return Err(Fault::usage(format!("{} exists", file.display())).help("remove it, or name another file"));
    }
    Ok(file)
}

/// Runs the same with all of the checker's features.
fn whole(workbook: &Workbook, options: &ExportOptions, folder: &Path, bundle: Option<&Path>) -> Result<Exit, Fault> {
    let mut arguments: Vec<std::ffi::OsString> = vec!["export".into(), "--class".into(), folder.into()];
    arguments.extend(["--tests".into(), options.tests.name().into()]);
    arguments.extend(options.track.iter().flat_map(|track| ["--track".into(), track.into()]));
    arguments.extend(options.tasks.iter().flat_map(|id| ["--tasks".into(), id.into()]));
    arguments.extend(options.classroom.then(|| "--classroom".into()));
    arguments.extend(bundle.iter().flat_map(|file| ["--gradescope".into(), file.into()]));
    crate::handover::whole(workbook.root(), &arguments).map(|()| Exit::Infra)
}
