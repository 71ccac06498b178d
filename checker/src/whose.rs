//! Whose code is judged: the learner's, the reference's, a variant of it, or that in a folder from elsewhere.

use crate::cli::Whose;
use crate::fault::Fault;
use crate::subject::Subject;
use crate::{report, show};
use catalog::Task;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Whose code is judged.
pub(crate) enum Who {
    Learner,
    Solution,
    Variant(String),
    Folder(PathBuf),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Learner => f.write_str("your code"),
            Who::Solution => f.write_str("the reference solution"),
            Who::Variant(name) => f.write_str(name),
            Who::Folder(folder) => f.write_str(&report::plain(&folder.display().to_string())),
        }
    }
}

/// What is judged, and whose it is.
pub(crate) fn subject<'a>(task: &'a Task, whose: &Whose) -> Result<(Subject<'a>, Who), Fault> {
    if let Some(folder) = &whose.against {
        return Ok((Subject::folder(task, "against", &sources(folder)?), Who::Folder(folder.clone())));
    }
    if let Some(name) = &whose.variant {
        return variant(task, name);
    }
    if whose.solution {
        reference(task)?;
        return Ok((Subject::solution(task), Who::Solution));
    }
    Ok((Subject::learner(task), Who::Learner))
}

fn variant<'a>(task: &'a Task, name: &str) -> Result<(Subject<'a>, Who), Fault> {
    reference(task)?;
    let (rights, wrongs) = (task.rights()?, task.wrongs()?);
    let all = || rights.iter().map(|right| ("right", right)).chain(wrongs.iter().map(|wrong| ("wrong", wrong)));
    match all().find(|(kind, variant)| format!("{kind}/{}", variant.name) == name) {
        Some((kind, variant)) => Ok((Subject::variant(task, kind, variant), Who::Variant(name.to_owned()))),
        None => {
            let names: Vec<String> = all().map(|(kind, variant)| format!("{kind}/{}", variant.name)).collect();
            Err(Fault::usage(format!("{} has no variant {name:?}", task.id()))
                .help(format!("one of {}", names.join(", "))))
        }
    }
}

/// That this copy of the workbook has the reference solution.
pub(crate) fn reference(task: &Task) -> Result<(), Fault> {
    match task.solution().join("src").is_dir() {
        true => Ok(()),
        false => Err(Fault::usage(format!("this copy of the workbook has no reference solution of {}", task.id()))
            .help("a class's copy goes without solutions and their variants; the whole workbook has them")),
    }
}

/// The folder of a crate's sources: its `src/`, or else the folder itself.
fn sources(folder: &Path) -> Result<PathBuf, Fault> {
    let shown = report::plain(&folder.display().to_string());
    let found = folder.canonicalize().map_err(|error| unfit(folder, &error))?;
    if !found.is_dir() {
        return Err(Fault::usage(format!("{shown} is no folder")).help("name the folder that its lib.rs lies in"));
    }
    let below = found.join("src");
    let sources = if below.is_dir() { below } else { found };
    let library = sources.join("lib.rs");
    match std::fs::metadata(&library) {
        Ok(kind) if kind.is_file() => {}
        Ok(_) => return Err(Fault::usage(format!("{} is no file", library.display())).help(EXPECTED)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Fault::usage(format!("{shown} has neither src/lib.rs nor lib.rs")).help(EXPECTED));
        }
        Err(error) => return Err(unfit(&library, &error)),
    }
    Ok(sources)
}

const EXPECTED: &str = "a crate has src/lib.rs; a folder of sources alone has lib.rs";

/// A path that somebody named and that cannot be read is for them to mend.
fn unfit(path: &Path, error: &std::io::Error) -> Fault {
    let help = match error.kind() {
        ErrorKind::NotFound => "check the path: it counts from the current folder",
        ErrorKind::PermissionDenied => "check who owns it, and its permissions",
        _ => "check the path",
    };
    Fault::usage(format!("cannot read {}: {error}", report::plain(&path.display().to_string()))).help(help)
}

/// The command that judges the same subject again.
pub(crate) fn command(task: &Task, whose: &Whose) -> String {
    let of = match whose {
        Whose { against: Some(folder), .. } => format!(" --against {}", quoted(folder)),
        Whose { variant: Some(name), .. } => format!(" --variant {name}"),
        Whose { solution: true, .. } => " --solution".to_owned(),
        _ => String::new(),
    };
    format!("cargo checker task {}{of}", show::short(task))
}

/// As a shell reads it.
pub(crate) fn quoted(folder: &Path) -> String {
    let text = folder.display().to_string();
    let plain = text.chars().all(|c| c.is_alphanumeric() || "/._-~+".contains(c));
    if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::quoted;
    use std::path::Path;

    #[test]
    fn a_folder_is_quoted_where_a_shell_would_split_it() {
        for (folder, shell) in [("../w/b-1", "../w/b-1"), ("my café", "'my café'"), ("it's", "'it'\\''s'")] {
            assert_eq!(quoted(Path::new(folder)), shell);
        }
    }
}
