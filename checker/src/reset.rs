//! `checker reset`: an exercise as it was given out. What was there is kept in a backup first.

use crate::cli::ResetOptions;
use crate::fault::Fault;
use crate::style::{BOLD, DIM};
use crate::subject::collect;
use crate::{Exit, backup, show};
use catalog::{Task, Workbook};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Puts the stub in the place of the learner's `src/`.
pub(crate) fn reset(workbook: &Workbook, options: &ResetOptions) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let task = catalog::resolve(&tasks, &options.id)?;
    let sources = task.exercise().join("src");
    if untouched(task, &sources)? {
        outln!("{} is untouched: there is nothing to reset.", task.id());
        return Ok(Exit::Passed);
    }
    if !options.yes && !agreed(task)? {
        outln!("Nothing was changed.");
        return Ok(Exit::Failed);
    }
    let name = format!("{}-{}", task.track(), task.number());
    let kept = task.exercise().exists().then(|| backup::take(workbook.root(), &name, &task.exercise())).transpose()?;
    if let Some(kept) = &kept {
        let kept = kept.strip_prefix(workbook.root()).unwrap_or(kept);
        outln!("Your code is kept in {BOLD}{}{BOLD:#}", kept.display());
        // Seen before anything changes, also where nobody reads it.
        let _ = io::stdout().flush();
    }
    restore(task, &sources)?;
    outln!("exercises/{}/src is as it was given out.", show::folder(task));
    outln!("{DIM}begin again with{DIM:#} cargo checker open {}", show::short(task));
    Ok(Exit::Passed)
}

/// Whether the sources are the stub, and nothing else.
fn untouched(task: &Task, sources: &Path) -> Result<bool, Fault> {
    if !sources.exists() {
        return Ok(false);
    }
    let (stub, present) = (files(&task.stub())?, files(sources)?);
    let same = |(name, path): (&PathBuf, &PathBuf)| {
        present.get(name).is_some_and(|own| fs::read(own).ok() == fs::read(path).ok())
    };
    Ok(stub.len() == present.len() && stub.iter().all(same))
}

/// All files below a folder, by their path inside it.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, PathBuf>, Fault> {
    let mut files = BTreeMap::new();
    collect(folder, Path::new(""), &mut files)?;
    Ok(files)
}

/// Asks on the terminal.
fn agreed(task: &Task) -> Result<bool, Fault> {
    if !io::stdin().is_terminal() {
        return Err(Fault::usage(format!("reset replaces your code for {}, and nobody is there to ask", task.id()))
            .help("with --yes it does not ask; your code is kept in .workbook/backup in any case"));
    }
    out!(
        "Replace exercises/{}/src by the untouched exercise?\nA copy of your code goes into .workbook/backup first. [y/N] ",
        show::folder(task)
    );
    let _ = io::stdout().flush();
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|error| Fault::infra(format!("no answer: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Writes the stub's files, each whole or not at all, then removes the learner's own.
fn restore(task: &Task, sources: &Path) -> Result<(), Fault> {
    let stub = files(&task.stub())?;
    for (name, from) in &stub {
        let text = fs::read(from).map_err(|error| Fault::file("read", from, &error))?;
        let to = sources.join(name);
        let folder = to.parent().unwrap_or(sources);
        fs::create_dir_all(folder).map_err(|error| Fault::file("create", folder, &error))?;
        sweep(folder);
        let beside = folder.join(format!("{BESIDE}{}.new", std::process::id()));
        fs::write(&beside, text).map_err(|error| Fault::file("write", &beside, &error))?;
        fs::rename(&beside, &to).map_err(|error| Fault::file("replace", &to, &error))?;
    }
    for (_, own) in files(sources)?.iter().filter(|(name, _)| !stub.contains_key(*name)) {
        fs::remove_file(own).map_err(|error| Fault::file("remove", own, &error))?;
    }
    Ok(())
}

/// How the name of a file begins that is to take the place of another.
const BESIDE: &str = ".reset-";

/// Removes what a reset left that was killed: half of a stub's file.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(BESIDE) && name.ends_with(".new") {
            let _ = fs::remove_file(entry.path());
        }
    }
}
