//! What the compiler does not refuse but a task does: going round the synchronisation shim, and the constructs
//! that `task.toml` forbids. Paths are read, not text: a comment or a string never counts.

use crate::fault::Fault;
use catalog::Task;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;
use syn::visit::{self, Visit};
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

    /// Whether there is anything to look for.
    pub(crate) fn is_empty(&self) -> bool {
        self.forbid.is_empty() && self.modelled.is_empty()
    }

    /// Reads the sources.
    ///
    /// # Errors
    ///
    /// A source that is there and cannot be read.
    pub(crate) fn broken_by(&self, sources: &Path) -> Result<Broken, Fault> {
        Ok(Broken {
            forbidden: forbidden(&self.forbid, sources)?,
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
    Ok(None)
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

/// Whether any source names what the task forbids.
fn forbidden(forbidden: &[String], sources: &Path) -> Result<Option<Verdict>, Fault> {
    if forbidden.is_empty() {
        return Ok(None);
    }
    // Without a folder there is nothing that names anything.
    for entry in std::fs::read_dir(sources).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rs")
            && let Some((path, site)) = first_use(sources, &format!("src/{name}"), forbidden)?
        {
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
    let mut search = Search { forbidden, found: None };
    search.visit_file(&source);
    Ok(search.found.map(|(name, line)| (name, Site { file: file.to_owned(), line })))
}

struct Search<'a> {
    forbidden: &'a [String],
    found: Option<(String, u32)>,
}

impl Search<'_> {
    fn look(&mut self, path: &str, span: proc_macro2::Span) {
        let hit = self.forbidden.iter().any(|forbidden| {
            path == forbidden || path.strip_prefix(forbidden.as_str()).is_some_and(|rest| rest.starts_with("::"))
        });
        if hit && self.found.is_none() {
            self.found = Some((path.to_owned(), span.start().line as u32));
        }
    }

    fn tree(&mut self, prefix: &str, tree: &syn::UseTree) {
        let join = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
        match tree {
            syn::UseTree::Path(path) => {
                let prefix = join(&path.ident.to_string());
                self.tree(&prefix, &path.tree);
            }
            syn::UseTree::Name(name) => self.look(&join(&name.ident.to_string()), name.ident.span()),
            syn::UseTree::Rename(rename) => self.look(&join(&rename.ident.to_string()), rename.ident.span()),
            syn::UseTree::Glob(glob) => {
                // `use std::sync::*` brings in all that lies below.
                let below = format!("{prefix}::");
                if let Some(inside) = self.forbidden.iter().find(|forbidden| forbidden.starts_with(&below)).cloned() {
                    self.look(&inside, glob.star_token.spans[0]);
                }
                self.look(prefix, glob.star_token.spans[0]);
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(prefix, item)),
        }
    }
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree("", &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(first) = path.segments.first() {
            self.look(&names.join("::"), first.ident.span());
        }
        visit::visit_path(self, path);
    }

    // A test inside the learner's file may use what it likes.
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let test = item.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|cfg| cfg == "test")
        });
        if !test {
            visit::visit_item_mod(self, item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Option<(String, u32)> {
        let forbidden: Vec<String> = UNSEEN.iter().map(ToString::to_string).collect();
        let mut search = Search { forbidden: &forbidden, found: None };
        search.visit_file(&syn::parse_file(source).expect("the test's source parses"));
        search.found
    }

    #[test]
    fn going_round_the_shim_is_seen() {
        let at = |path: &str, line| Some((path.to_owned(), line));
        assert_eq!(found("use std::sync::Mutex;"), at("std::sync::Mutex", 1));
        assert_eq!(found("\nuse std::{fmt, sync::{Arc, Mutex as Lock}};"), at("std::sync::Mutex", 2));
        assert_eq!(found("fn f() { let l = std::sync::Mutex::new(1); }"), at("std::sync::Mutex::new", 1));
        assert_eq!(found("use tokio::sync::Notify;"), at("tokio::sync::Notify", 1));
        assert_eq!(found("use std::sync::*;"), at("std::sync::Mutex", 1));
    }

    #[test]
    fn the_shim_and_comments_are_fine() {
        assert_eq!(found("use workbook::sync::{Arc, Mutex}; use std::sync::PoisonError; use std::task::Waker;"), None);
        assert_eq!(found("// std::sync::Mutex\nconst S: &str = \"std::sync::Mutex\";"), None);
        assert_eq!(found("#[cfg(test)] mod tests { use std::sync::Mutex; }"), None);
    }
}
