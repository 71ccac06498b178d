//! `checker diff`: the learner's code beside the reference. `checker/diff` draws it; what may be seen is decided here.

use crate::cli::DiffOptions;
use crate::fault::Fault;
use crate::progress::Progress;
use crate::subject::collect;
use crate::{Exit, rules, show, tool, whose};
use catalog::{Task, Workbook};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file in both versions; one that only one of them has has one text.
#[derive(Serialize)]
struct Pair {
    /// The learner's path, from the workbook's root.
    path: String,
    own: Option<String>,
    reference: Option<String>,
}

/// Shows the differences, after a pass or if asked to.
pub(crate) fn diff(workbook: &Workbook, options: &DiffOptions) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let task = catalog::resolve(&tasks, &options.id)?;
    whose::reference(task)?;
    if !options.spoil && !Progress::read(workbook.root()).passed(&task.id()) {
        let id = show::short(task);
        return Err(Fault::usage(format!("{} is not passed yet: this would show the reference solution", task.id()))
            .help(format!("`cargo checker hint {id}` says less; `cargo checker diff {id} --spoil` shows it all")));
    }
    let pairs = pairs(task, workbook.root())?;
    let mut command = Command::new(tool::program(workbook.root(), "checker-diff", false)?);
    command.args(options.unified.then_some("--unified")).args(options.side_by_side.then_some("--side-by-side"));
    let colour = match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => "--color=never",
        _ => "--color=always",
    };
    let failed = |said: &str| Fault::infra(format!("the differences cannot be shown: {said}"));
    let mut child = command.arg(colour).stdin(Stdio::piped()).spawn().map_err(|error| failed(&error.to_string()))?;
    let mut input = child.stdin.take().expect("stdin is piped");
    let text = serde_json::to_vec(&pairs).expect("texts are plain data");
    // If it does not read, its own words say why.
    let _ = input.write_all(&text);
    drop(input);
    let status = child.wait().map_err(|error| failed(&error.to_string()))?;
    if status.success() { Ok(Exit::Passed) } else { Err(failed(&status.to_string())) }
}

/// The files of both, by the learner's path.
fn pairs(task: &Task, root: &Path) -> Result<Vec<Pair>, Fault> {
    let (own, reference) = (sources(&task.exercise())?, sources(&task.solution())?);
    let names: std::collections::BTreeSet<&PathBuf> = own.keys().chain(reference.keys()).collect();
    let (crate_of_reference, crate_of_own) =
        (task.solution_package().replace('-', "_"), task.package().replace('-', "_"));
    let folder = task.exercise().join("src");
    let folder = folder.strip_prefix(root).unwrap_or(&folder);
    let pairs = names.into_iter().map(|name| {
        let reference = reference.get(name).map(|path| text(path)).transpose()?;
        Ok(Pair {
            path: folder.join(name).display().to_string(),
            own: own.get(name).map(|path| text(path)).transpose()?,
            reference: reference.map(|text| without_anchors(&text).replace(&crate_of_reference, &crate_of_own)),
        })
    });
    pairs.collect()
}

fn sources(of: &Path) -> Result<BTreeMap<PathBuf, PathBuf>, Fault> {
    let mut files = BTreeMap::new();
    collect(&of.join("src"), Path::new(""), &mut files)?;
    Ok(files)
}

fn text(path: &Path) -> Result<String, Fault> {
    if let Some(size) = rules::too_large(path) {
        return Err(Fault::usage(format!("{} is {size}: that is no source to compare", path.display())));
    }
    std::fs::read_to_string(path).map_err(|error| Fault::file("read", path, &error))
}

/// Without the marks by which the book finds its listings.
fn without_anchors(text: &str) -> String {
    let mark = |line: &&str| {
        let line = line.trim_start();
        !line.starts_with("// ANCHOR: ") && !line.starts_with("// ANCHOR_END: ")
    };
    text.split_inclusive('\n').filter(mark).collect()
}
