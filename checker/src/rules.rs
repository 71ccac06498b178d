//! What the compiler does not refuse but a task does: going round the synchronisation shim, and the constructs
//! that `task.toml` forbids. Paths are read, not text: a comment or a string never counts.

mod reach;

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

    /// Reads the sources.
    ///
    /// # Errors
    ///
    /// A source that is there and cannot be read.
    pub(crate) fn broken_by(&self, sources: &Path) -> Result<Broken, Fault> {
        Ok(Broken {
            forbidden: assembly(sources)?.or(forbidden(&self.forbid, sources)?),
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
    let Some((name, path)) = from_elsewhere(sources, modelled, &forbidden) else { return Ok(None) };
    let seen = format!("`{name}` is used in a file that loom models, and is or has `{path}`: loom cannot see it");
    Ok(Some(Verdict::new(Kind::Rule, seen).usually(
        "state that is shared through another file of the crate: what a model is to prove something about lies behind \
         `workbook::sync`",
    )))
}

/// Whether a modelled file takes something forbidden from the other files of the crate: its name there, and what it is.
fn from_elsewhere(sources: &Path, modelled: &[String], forbidden: &[String]) -> Option<(String, String)> {
    if modelled.is_empty() {
        return None;
    }
    let mut files = std::collections::BTreeMap::new();
    // What cannot be read is the compiler's to say.
    crate::subject::collect(sources, Path::new(""), &mut files).ok()?;
    let is_modelled = |name: &String| modelled.contains(&format!("src/{name}"));
    let names = files.keys().map(|name| name.display().to_string());
    let (modelled, others): (Vec<String>, Vec<String>) = names.partition(is_modelled);
    let read = |name: &String| syn::parse_file(&std::fs::read_to_string(sources.join(name)).ok()?).ok();
    let modelled: Vec<syn::File> = modelled.iter().filter_map(read).collect();
    reach::through_the_crate(sources, &modelled, &others, forbidden)
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

/// A function of assembly, which the compiler's lint against `unsafe` does not mind. Its body is this macro and nothing
/// else, whose name must be written somewhere.
const ASSEMBLY: &str = "naked_asm";

/// Whether any source has a function of assembly.
pub(crate) fn assembly(sources: &Path) -> Result<Option<Verdict>, Fault> {
    let mut files = std::collections::BTreeMap::new();
    // What cannot be read is the compiler's to say.
    if crate::subject::collect(sources, Path::new(""), &mut files).is_err() {
        return Ok(None);
    }
    for (name, path) in files {
        let bytes = std::fs::read(&path).map_err(|error| Fault::file("read", &path, &error))?;
        if let Some(line) = first_assembly(&String::from_utf8_lossy(&bytes)) {
            let site = Site { file: format!("src/{}", name.display()), line };
            let seen = format!("`{ASSEMBLY}!` is not allowed in these tasks, as `unsafe` is not");
            return Ok(Some(Verdict::new(Kind::Rule, seen).at(Some(site))));
        }
    }
    Ok(None)
}

fn first_assembly(text: &str) -> Option<u32> {
    match text.parse() {
        Ok(tokens) => named_in(tokens),
        // What this lexer does not read, the compiler may: then a comment counts too.
        Err(_) => text.lines().position(|line| line.contains(ASSEMBLY)).map(|line| line as u32 + 1),
    }
}

/// Tokens, not paths: a macro is not expanded here.
fn named_in(tokens: proc_macro2::TokenStream) -> Option<u32> {
    tokens.into_iter().find_map(|token| match token {
        proc_macro2::TokenTree::Group(group) => named_in(group.stream()),
        proc_macro2::TokenTree::Ident(name) => {
            let name_of = name.to_string();
            (name_of.trim_start_matches("r#") == ASSEMBLY).then(|| name.span().start().line as u32)
        }
        _ => None,
    })
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

struct Search<'a> {
    forbidden: &'a [String],
    /// What names at the beginning of a path stand for: `sync` for `std::sync`.
    aliases: Vec<(String, String)>,
    found: Option<(String, u32)>,
}

/// The names that a file imports, each with its path.
fn aliases(file: &syn::File) -> Vec<(String, String)> {
    struct Imports(Vec<(String, String)>);
    impl<'ast> Visit<'ast> for Imports {
        fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
            leaves(&item.tree, "", &mut |name, path| self.0.push((name.to_owned(), path.to_owned())));
        }
        fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
            if let Some((_, name)) = &item.rename {
                self.0.push((name.to_string(), item.ident.to_string()));
            }
        }
    }
    let mut imports = Imports(Vec::new());
    imports.visit_file(file);
    imports.0
}

/// Calls `each` with the name and the path of whatever a `use` brings in.
fn leaves(tree: &syn::UseTree, prefix: &str, each: &mut dyn FnMut(&str, &str)) {
    let join = |name: &syn::Ident| if prefix.is_empty() { name.to_string() } else { format!("{prefix}::{name}") };
    match tree {
        syn::UseTree::Path(path) => leaves(&path.tree, &join(&path.ident), each),
        // `use std::sync::{self}` brings in `sync`.
        syn::UseTree::Name(name) if name.ident == "self" => {
            each(prefix.rsplit("::").next().unwrap_or(prefix), prefix);
        }
        syn::UseTree::Name(name) => each(&name.ident.to_string(), &join(&name.ident)),
        syn::UseTree::Rename(rename) if rename.ident == "self" => each(&rename.rename.to_string(), prefix),
        syn::UseTree::Rename(rename) => each(&rename.rename.to_string(), &join(&rename.ident)),
        syn::UseTree::Glob(_) => each("*", prefix),
        syn::UseTree::Group(group) => group.items.iter().for_each(|item| leaves(item, prefix, each)),
    }
}

impl Search<'_> {
    /// The path with what its first name stands for, as often as that is another name; `core` is part of `std`.
    fn whole(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for _ in 0..8 {
            let (first, rest) = path.split_once("::").map_or((&path[..], None), |(first, rest)| (first, Some(rest)));
            let Some((_, known)) = self.aliases.iter().find(|(name, path)| name == first && path != first) else {
                break;
            };
            if known.split("::").next() == Some(first) {
                break;
            }
            path = rest.map_or_else(|| known.clone(), |rest| format!("{known}::{rest}"));
        }
        path.strip_prefix("core::").map_or_else(|| path.clone(), |rest| format!("std::{rest}"))
    }

    fn look(&mut self, path: &str, span: proc_macro2::Span) {
        let path = &self.whole(path)[..];
        let hit = self.forbidden.iter().any(|forbidden| {
            path == forbidden || path.strip_prefix(forbidden.as_str()).is_some_and(|rest| rest.starts_with("::"))
        });
        if hit && self.found.is_none() {
            self.found = Some((path.to_owned(), span.start().line as u32));
        }
    }

    /// Paths among tokens. A group after a path is taken for what a `use` lists.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let mut path = String::new();
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(name) => {
                    if !path.ends_with("::") {
                        path.clear();
                    }
                    path += &name.to_string();
                    self.look(&path.clone(), name.span());
                }
                proc_macro2::TokenTree::Punct(mark) if mark.as_char() == ':' => path.push(':'),
                proc_macro2::TokenTree::Group(group) if path.ends_with("::") => {
                    for name in group.stream() {
                        self.look(&format!("{path}{name}"), group.span());
                    }
                    self.tokens(group.stream());
                }
                proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                _ => path.clear(),
            }
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

    // What a macro writes is read as it stands: names that make up a path, in this order.
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.tokens(item.tokens.clone());
        visit::visit_macro(self, item);
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
        let file = syn::parse_file(source).expect("the test's source parses");
        let mut search = Search { forbidden: &forbidden, aliases: aliases(&file), found: None };
        search.visit_file(&file);
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
        assert_eq!(found("use std::sync;\nstruct S(sync::Mutex<u8>);"), at("std::sync::Mutex", 2));
        assert_eq!(found("use std as s;\nstruct S(s::sync::Mutex<u8>);"), at("std::sync::Mutex", 2));
        assert_eq!(found("struct S(core::cell::Cell<u8>);"), at("std::cell::Cell", 1));
        assert_eq!(found("m!();\nmacro_rules! m { () => { std::sync::Mutex } }"), at("std::sync::Mutex", 2));
        assert_eq!(found("macro_rules! m { () => { use std::sync::{Arc, Mutex}; } }"), at("std::sync::Mutex", 1));
    }

    #[test]
    fn assembly_is_seen_wherever_it_is_named() {
        for source in [
            "\n#[unsafe(naked)] extern \"C\" fn f() { std::arch::naked_asm!(\"ret\") }",
            "\nuse core::arch::naked_asm as harmless;",
            "\nmacro_rules! m { ($name:ident) => { $name!(\"ret\") } } m!(naked_asm);",
            "\nuse core::arch::r#naked_asm;",
            "\nlet broken = \"; naked_asm!(\"ret\")",
        ] {
            assert_eq!(first_assembly(source), Some(2), "{source}");
        }
        assert_eq!(first_assembly("// naked_asm!\nconst S: &str = \"naked_asm\"; fn naked() {}"), None);
    }

    #[test]
    fn the_shim_and_comments_are_fine() {
        assert_eq!(found("use workbook::sync::{Arc, Mutex}; use std::sync::PoisonError; use std::task::Waker;"), None);
        assert_eq!(found("// std::sync::Mutex\nconst S: &str = \"std::sync::Mutex\";"), None);
        assert_eq!(found("#[cfg(test)] mod tests { use std::sync::Mutex; }"), None);
    }
}
