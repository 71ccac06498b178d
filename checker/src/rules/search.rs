//! Looks for paths in a source: what a `use` brings in, what code names, what a macro's tokens spell.

use syn::visit::{self, Visit};

/// A search under way.
pub(super) struct Search<'a> {
    pub(super) forbidden: &'a [String],
    /// What names at the beginning of a path stand for: `sync` for `std::sync`.
    pub(super) aliases: Vec<(String, String)>,
    /// The first forbidden path, whole, and its line.
    pub(super) found: Option<(String, u32)>,
}

/// The names that a file imports, each with its path.
pub(super) fn aliases(file: &syn::File) -> Vec<(String, String)> {
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
pub(super) fn leaves(tree: &syn::UseTree, prefix: &str, each: &mut dyn FnMut(&str, &str)) {
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
    use super::super::UNSEEN;
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
    fn the_shim_and_comments_are_fine() {
        assert_eq!(found("use workbook::sync::{Arc, Mutex}; use std::sync::PoisonError; use std::task::Waker;"), None);
        assert_eq!(found("// std::sync::Mutex\nconst S: &str = \"std::sync::Mutex\";"), None);
        assert_eq!(found("#[cfg(test)] mod tests { use std::sync::Mutex; }"), None);
    }
}
