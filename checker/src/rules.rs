//! What the compiler does not refuse but a task does: going round the synchronisation shim, and the constructs
//! that `task.toml` forbids. Paths are read, not text: a comment or a string never counts.

mod assembly;
mod gap;
mod reach;
mod search;

use crate::fault::Fault;
use catalog::Task;
use search::{Search, aliases};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;
use syn::visit::Visit;
use verdict::{Kind, Site, Verdict};

/// Synchronisation that loom cannot see. `Arc` and `PoisonError` of the standard library hide no state.
const UNSEEN: [&str; 12] = [
    "std::sync::Mutex",
    "std::sync::RwLock",
    "std::sync::Condvar",
    "std::sync::Barrier",
    "std::sync::Once",
    "std::sync::OnceLock",
    "std::sync::mpsc",
    "std::sync::atomic",
    "std::thread",
    "tokio",
    "futures::task::AtomicWaker",
    "std::cell",
];

/// What a task asks of a subject's sources beside what the compiler does.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Rules {
    /// Paths that no file may name.
    forbid: Vec<String>,
    /// Files that must not go round the shim, such as `src/reorder.rs`.
    modelled: Vec<String>,
}

/// Which rules are broken.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Broken {
    /// By any criterion's measure.
    pub(crate) forbidden: Option<Verdict>,
    /// By that of the models.
    pub(crate) round_the_shim: Option<Verdict>,
}

impl Rules {
    /// Those of a task; `models` says whether models are judged, too.
    pub(crate) fn of(task: &Task, models: bool) -> Rules {
        let modelled = task.metadata().loom.as_ref().filter(|_| models).map(|loom| loom.files.clone());
        Rules { forbid: task.metadata().forbid.clone(), modelled: modelled.unwrap_or_default() }
    }

    /// Reads the sources.
    ///
    /// # Errors
    ///
    /// A source that is there and cannot be read.
    pub(crate) fn broken_by(&self, sources: &Path) -> Result<Broken, Fault> {
        Ok(Broken {
            forbidden: assembly::assembly(sources)?.or(gap::gap(sources)?).or(forbidden(&self.forbid, sources)?),
            round_the_shim: round_the_shim(&self.modelled, sources)?,
        })
    }
}

/// The first argument that makes this program read sources and nothing else; where they lie, the rules follow. Not for
/// people, so it is no subcommand: a stranger's source may nest so deeply that who reads it runs out of stack.
pub(crate) const READER: &str = "rules-of";

/// What a reader does: tells which rules are broken, on standard error.
pub(crate) fn run(mut arguments: impl Iterator<Item = OsString>) -> u8 {
    let (Some(sources), Some(rules)) = (arguments.next(), arguments.next()) else { return 2 };
    let broken = serde_json::from_str::<Rules>(&rules.to_string_lossy())
        .map_err(|error| error.to_string())
        .and_then(|rules| rules.broken_by(Path::new(&sources)).map_err(|fault| fault.to_string()));
    match broken.map(|broken| serde_json::to_string(&broken)) {
        Ok(Ok(text)) => {
            eprintln!("{text}");
            0
        }
        Ok(Err(error)) => {
            eprintln!("{error}");
            3
        }
        Err(said) => {
            eprintln!("{said}");
            3
        }
    }
}

/// Whether a modelled file goes round the shim: then its model would prove nothing.
fn round_the_shim(modelled: &[String], sources: &Path) -> Result<Option<Verdict>, Fault> {
    let forbidden: Vec<String> = UNSEEN.iter().map(ToString::to_string).collect();
    for file in modelled {
        if let Some((path, site)) = first_use(sources, file, &forbidden)? {
            let seen = format!("`{path}` in a file that loom models: loom cannot see it");
            return Ok(Some(Verdict::new(Kind::Rule, seen).at(Some(site)).usually(
                "the standard library's or Tokio's type in place of `workbook::sync`'s, which has the same names",
            )));
        }
    }
    let Some((name, path)) = reach::from_elsewhere(sources, modelled, &forbidden) else { return Ok(None) };
    let seen = format!("`{name}` is used in a file that loom models, and is or has `{path}`: loom cannot see it");
    Ok(Some(Verdict::new(Kind::Rule, seen).usually(
        "state that is shared through another file of the crate: what a model is to prove something about lies behind \
         `workbook::sync`",
    )))
}

/// A source has no more bytes than this: the largest of the workbook's own has a thirtieth.
const LARGEST: u64 = 1 << 20;

/// The size of a file that is no source any more, such as `50.0 MB`.
pub(crate) fn too_large(file: &Path) -> Option<String> {
    let size = std::fs::metadata(file).ok()?.len();
    (size > LARGEST).then(|| format!("{:.1} MB large", size as f64 / f64::from(1 << 20)))
}

/// A verdict on sources that the compiler would read for minutes.
pub(crate) fn oversized(sources: &Path) -> Option<Verdict> {
    let mut files = std::collections::BTreeMap::new();
    // What cannot be read is the compiler's to say.
    crate::subject::collect(sources, Path::new(""), &mut files).ok()?;
    let (name, size) = files.iter().find_map(|(name, path)| Some((name, too_large(path)?)))?;
    let seen = format!("src/{} is {size}: no more than 1 MB is compiled", name.display());
    let site = Site { file: format!("src/{}", name.display()), line: 1 };
    Some(Verdict::new(Kind::Build, seen).at(Some(site)).usually("data that was saved as a source: keep it elsewhere"))
}

/// The first line that is looked for in all sources, and where.
fn first_line(sources: &Path, found: impl Fn(&str) -> Option<u32>) -> Result<Option<Site>, Fault> {
    let mut files = std::collections::BTreeMap::new();
    // What cannot be read is the compiler's to say.
    if crate::subject::collect(sources, Path::new(""), &mut files).is_err() {
        return Ok(None);
    }
    for (name, path) in files {
        let bytes = std::fs::read(&path).map_err(|error| Fault::file("read", &path, &error))?;
        if let Some(line) = found(&String::from_utf8_lossy(&bytes)) {
            return Ok(Some(Site { file: format!("src/{}", name.display()), line }));
        }
    }
    Ok(None)
}

/// Whether any source names what the task forbids.
fn forbidden(forbidden: &[String], sources: &Path) -> Result<Option<Verdict>, Fault> {
    if forbidden.is_empty() {
        return Ok(None);
    }
    let mut files = std::collections::BTreeMap::new();
    // Without a folder there is nothing that names anything.
    if crate::subject::collect(sources, Path::new(""), &mut files).is_err() {
        return Ok(None);
    }
    for name in files.keys() {
        if let Some((path, site)) = first_use(sources, &format!("src/{}", name.display()), forbidden)? {
            let seen = format!("`{path}` is what this task asks you to build");
            return Ok(Some(Verdict::new(Kind::Rule, seen).at(Some(site))));
        }
    }
    Ok(None)
}

/// The first path in a source file that is, or lies in, a forbidden one.
fn first_use(sources: &Path, file: &str, forbidden: &[String]) -> Result<Option<(String, Site)>, Fault> {
    let path = sources.join(file.strip_prefix("src/").unwrap_or(file));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        // A learner may fold a file into another; what does not compile is the compiler's to say, as is what is no text.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData) => return Ok(None),
        Err(error) => return Err(Fault::file("read", &path, &error)),
    };
    let Ok(source) = syn::parse_file(&text) else { return Ok(None) };
    let mut search = Search { forbidden, aliases: aliases(&source), found: None };
    search.visit_file(&source);
    Ok(search.found.map(|(name, line)| (name, Site { file: file.to_owned(), line })))
}
