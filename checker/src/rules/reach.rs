//! What a modelled file takes from the rest of the crate: a lock that loom cannot see may come in under another name.

use super::Search;
use std::collections::BTreeSet;
use std::path::Path;
use syn::visit::{self, Visit};

/// The first item of the other files that a modelled file names, itself or through another one, and that has a
/// forbidden path in it: its name, and that path.
///
/// Names are not resolved: an item of the same name in another module is looked at too.
pub(super) fn through_the_crate(
    sources: &Path,
    modelled: &[syn::File],
    others: &[String],
    forbidden: &[String],
) -> Option<(String, String)> {
    let read = |name: &String| syn::parse_file(&std::fs::read_to_string(sources.join(name)).ok()?).ok();
    let files: Vec<syn::File> = others.iter().filter_map(read).collect();
    let mut items = Vec::new();
    for file in &files {
        let aliases = super::aliases(file);
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
                super::leaves(&import.tree, "", &mut |name, _| add(name.to_owned(), item));
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
        super::leaves(&item.tree, "", &mut |_, path| self.path(path));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.path(&names.join("::"));
        visit::visit_path(self, path);
    }
}
