//! What a modelled file takes from the rest of the crate: a lock that loom cannot see may come in under another name.

use super::search::{self, Search};
use std::collections::BTreeSet;
use std::path::Path;
use syn::visit::{self, Visit};

/// Whether a modelled file takes something forbidden from the other files of the crate: its name there, and what it is.
pub(super) fn from_elsewhere(sources: &Path, modelled: &[String], forbidden: &[String]) -> Option<(String, String)> {
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
    through_the_crate(sources, &modelled, &others, forbidden)
}

/// The first item of the other files that a modelled file names, itself or through another one, and that has a
/// forbidden path in it: its name, and that path.
///
/// Names are not resolved: an item of the same name in another module is looked at too.
fn through_the_crate(
    sources: &Path,
    modelled: &[syn::File],
    others: &[String],
    forbidden: &[String],
) -> Option<(String, String)> {
    let read = |name: &String| syn::parse_file(&std::fs::read_to_string(sources.join(name)).ok()?).ok();
    let files: Vec<syn::File> = others.iter().filter_map(read).collect();
    let mut items = Vec::new();
    for file in &files {
        let aliases = search::aliases(file);
        gather(&file.items, &mut |name, item| items.push((name, item, aliases.clone())));
    }
    let mut names = Names { of_the_crate: true, found: BTreeSet::new() };
    modelled.iter().for_each(|file| names.visit_file(file));
    let mut open: Vec<String> = names.found.iter().cloned().collect();
    let mut seen = names.found;
    while let Some(name) = open.pop() {
        for (_, item, aliases) in items.iter().filter(|(of, ..)| *of == name) {
            let mut search = Search { forbidden, aliases: aliases.clone(), found: None };
            search.visit_item(item);
            if let Some((path, _)) = search.found {
                return Some((name, path));
            }
            let mut mentioned = Names { of_the_crate: false, found: BTreeSet::new() };
            mentioned.visit_item(item);
            let new = mentioned.found.into_iter().filter(|name| items.iter().any(|(of, ..)| of == name));
            open.extend(new.filter(|name| seen.insert(name.clone())));
        }
    }
    None
}

/// Every item under the names that it can be used by, those in modules too.
fn gather<'a>(items: &'a [syn::Item], add: &mut dyn FnMut(String, &'a syn::Item)) {
    for item in items {
        let name = match item {
            syn::Item::Struct(item) => Some(&item.ident),
            syn::Item::Enum(item) => Some(&item.ident),
            syn::Item::Union(item) => Some(&item.ident),
            syn::Item::Type(item) => Some(&item.ident),
            syn::Item::Fn(item) => Some(&item.sig.ident),
            syn::Item::Static(item) => Some(&item.ident),
            syn::Item::Const(item) => Some(&item.ident),
            syn::Item::Trait(item) => Some(&item.ident),
            syn::Item::Macro(item) => item.ident.as_ref(),
            syn::Item::Mod(module) => {
                gather(module.content.as_ref().map_or(&[], |(_, items)| &items[..]), add);
                Some(&module.ident)
            }
            syn::Item::Use(import) => {
                search::leaves(&import.tree, "", &mut |name, _| add(name.to_owned(), item));
                None
            }
            _ => None,
        };
        if let Some(name) = name {
            add(name.to_string(), item);
        }
    }
}

/// The names in paths: those that lead into the crate, or all.
struct Names {
    of_the_crate: bool,
    found: BTreeSet<String>,
}

impl Names {
    fn path(&mut self, path: &str) {
        let mut names = path.split("::");
        let inside = names.next().is_some_and(|first| ["crate", "super", "self"].contains(&first));
        if inside || !self.of_the_crate {
            self.found.extend(path.split("::").map(str::to_owned));
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        search::leaves(&item.tree, "", &mut |_, path| self.path(path));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.path(&names.join("::"));
        visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::super::UNSEEN;
    use super::from_elsewhere;

    /// What `src/modelled.rs` takes from a crate of these files.
    fn taken(modelled: &str, lib: &str) -> Option<(String, String)> {
        let sources = tempfile::tempdir().expect("a folder");
        for (name, text) in [("modelled.rs", modelled), ("lib.rs", lib)] {
            std::fs::write(sources.path().join(name), text).expect("it can be written");
        }
        let forbidden: Vec<String> = UNSEEN.iter().map(ToString::to_string).collect();
        from_elsewhere(sources.path(), &["src/modelled.rs".to_owned()], &forbidden)
    }

    #[test]
    fn a_lock_from_another_file_is_seen() {
        let lock = |name: &str| Some((name.to_owned(), "std::sync::Mutex".to_owned()));
        for (modelled, lib, found) in [
            ("use crate::Lock;", "pub use std::sync::Mutex as Lock;", lock("Lock")),
            ("struct S(crate::plain::Lock);", "mod plain { pub type Lock = std::sync::Mutex<u8>; }", lock("plain")),
            (
                "use super::State;",
                "use std::sync; struct State { inner: Inner } struct Inner(sync::Mutex<u8>);",
                lock("Inner"),
            ),
            ("use crate::Tagged;", "use std::sync::Mutex; struct Tagged { seq: u64 } struct Pool(Mutex<u8>);", None),
            ("use workbook::sync::Mutex;", "pub use std::sync::Mutex;", None),
        ] {
            assert_eq!(taken(modelled, lib), found, "{modelled} {lib}");
        }
    }
}
