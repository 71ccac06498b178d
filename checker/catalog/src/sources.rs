//! The files that judge a task: a root file and the modules that it declares, found as rustc finds them.

use crate::hash::Hash;
use crate::{Error, files};
use std::path::{Path, PathBuf};
use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta};

/// One parsed file.
pub(crate) struct Source {
    pub(crate) file: PathBuf,
    pub(crate) text: String,
    pub(crate) items: Vec<Item>,
    /// Its module path below the root file: empty for the root file, else such as `["shutdown"]`.
    pub(crate) module: Vec<String>,
    /// Whether it is `loom.rs` or one of its modules.
    pub(crate) loom: bool,
}

/// `acceptance.rs` and its modules, then those of `loom.rs`, each file before the modules that it declares.
pub(crate) fn of(acceptance: &Path, loom: Option<&Path>) -> Result<Vec<Source>, Error> {
    let mut sources = Vec::new();
    for (root, loom) in [(Some(acceptance), false), (loom, true)] {
        let Some(root) = root else { continue };
        // The root file is mounted by `#[path]`, so its modules lie beside it.
        let children = root.parent().unwrap_or(Path::new("")).to_owned();
        read(root.to_owned(), &children, Vec::new(), loom, &mut sources)?;
    }
    Ok(sources)
}

/// See [`Task::hash`](crate::Task::hash).
pub(crate) fn hash(tests: &Path, sources: &[Source]) -> String {
    let mut hash = Hash::new();
    for source in sources {
        let path = source.file.strip_prefix(tests).unwrap_or(&source.file);
        hash.part(path.to_string_lossy().replace('\\', "/").as_bytes());
        hash.part(source.text.replace("\r\n", "\n").as_bytes());
    }
    hash.hex()
}

fn read(
    file: PathBuf,
    children: &Path,
    module: Vec<String>,
    loom: bool,
    sources: &mut Vec<Source>,
) -> Result<(), Error> {
    let text = files::text(&file)?;
    let items = match syn::parse_file(&text) {
        Ok(parsed) => parsed.items,
        Err(error) => {
            let line = error.span().start().line;
            return Err(Error::Syntax { file, line, message: error.to_string() });
        }
    };
    let mut declared = Vec::new();
    declarations(&items, &Place { file: &file, beside: None, children, module: &module }, &mut declared)?;
    sources.push(Source { file, text, items, module, loom });
    for Declared { file, children, module } in declared {
        read(file, &children, module, loom, sources)?;
    }
    Ok(())
}

/// Where declarations stand.
struct Place<'a> {
    file: &'a Path,
    /// What `#[path]` is relative to; without it, the file's own folder. An inline module's is its own.
    beside: Option<&'a Path>,
    /// Where the files of modules lie.
    children: &'a Path,
    module: &'a [String],
}

/// A module in a file of its own.
struct Declared {
    file: PathBuf,
    children: PathBuf,
    module: Vec<String>,
}

fn declarations(items: &[Item], place: &Place<'_>, declared: &mut Vec<Declared>) -> Result<(), Error> {
    for item in items {
        let Item::Mod(item) = item else { continue };
        let name = item.ident.to_string().trim_start_matches("r#").to_owned();
        let module = [place.module, std::slice::from_ref(&name)].concat();
        match &item.content {
            Some((_, items)) => {
                let inside = place.children.join(&name);
                let place = Place { file: place.file, beside: Some(&inside), children: &inside, module: &module };
                declarations(items, &place, declared)?;
            }
            None => {
                let (file, children) = located(item, &name, place)?;
                declared.push(Declared { file, children, module });
            }
        }
    }
    Ok(())
}

/// The file of `mod name;`, and the folder of that file's own modules.
fn located(item: &ItemMod, name: &str, place: &Place<'_>) -> Result<(PathBuf, PathBuf), Error> {
    let dir = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
    let candidates = match path_attribute(&item.attrs) {
        Some(path) => {
            let file = place.beside.map_or_else(|| dir(place.file), Path::to_owned).join(path);
            vec![(file.clone(), dir(&file))]
        }
        None => {
            let own = place.children.join(name);
            vec![(place.children.join(format!("{name}.rs")), own.clone()), (own.join("mod.rs"), own)]
        }
    };
    candidates.iter().find(|(file, _)| file.is_file()).cloned().ok_or_else(|| Error::Module {
        file: place.file.into(),
        line: item.ident.span().start().line,
        module: name.into(),
        tried: candidates.into_iter().map(|(file, _)| file).collect(),
    })
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::scratch::Scratch;

    const TESTS: &str = "tests/fan-out/01-a";

    #[test]
    fn modules_are_found_as_rustc_finds_them() {
        let scratch = Scratch::new();
        let task = scratch.task("fan-out/01-a");
        scratch
            .file(&format!("{TESTS}/acceptance.rs"), "mod close; mod inner { mod deep; } #[path = \"odd.rs\"] mod p;");
        scratch.file(&format!("{TESTS}/close.rs"), "mod early;");
        scratch.file(&format!("{TESTS}/close/early.rs"), "");
        scratch.file(&format!("{TESTS}/inner/deep/mod.rs"), "");
        scratch.file(&format!("{TESTS}/odd.rs"), "");
        scratch.file(&format!("{TESTS}/loom.rs"), "");
        scratch.file(&format!("{TESTS}/unused.rs"), "not even Rust");
        let expected: Vec<_> =
            ["acceptance.rs", "close.rs", "close/early.rs", "inner/deep/mod.rs", "odd.rs", "loom.rs"]
                .map(|file| scratch.path(TESTS).join(file))
                .into();
        assert_eq!(task.judging_files().expect("files"), expected);
    }

    #[test]
    fn the_hash_follows_the_judging_files_alone() {
        let scratch = Scratch::new();
        let task = scratch.task("fan-out/01-a");
        scratch.file(&format!("{TESTS}/acceptance.rs"), "mod close;\n");
        scratch.file(&format!("{TESTS}/close.rs"), "");
        let first = task.hash().expect("a hash");
        assert_eq!(first.len(), 16);

        scratch.file(&format!("{TESTS}/hints.md"), "A hint.");
        scratch.file(&format!("{TESTS}/acceptance.rs"), "mod close;\r\n");
        assert_eq!(task.hash().expect("a hash"), first);

        scratch.file(&format!("{TESTS}/close.rs"), "// stricter\n");
        let second = task.hash().expect("a hash");
        scratch.file(&format!("{TESTS}/loom.rs"), "");
        assert!(![first, second.clone()].contains(&task.hash().expect("a hash")), "{second}");
    }

    #[test]
    fn unreadable_files_are_named() {
        let scratch = Scratch::new();
        let task = scratch.task("fan-out/01-a");
        let error = |text: &[u8]| {
            scratch.file(&format!("{TESTS}/acceptance.rs"), text);
            task.judging_files().expect_err("unreadable")
        };
        let absent = task.judging_files().expect_err("absent");
        assert!(absent.to_string().ends_with("acceptance.rs cannot be read"), "{absent}");
        assert!(absent.help().contains("git restore"), "{}", absent.help());

        let text = error(b"// \xff").to_string();
        assert!(text.ends_with("acceptance.rs is not UTF-8 text: byte 3 begins no character"), "{text}");
        let text = error(b"\nfn open( {").to_string();
        assert!(text.contains("acceptance.rs:2: not Rust: "), "{text}");
        let module = error(b"\n\nmod gone;");
        assert!(module.to_string().contains("acceptance.rs:3: module `gone` has no file"), "{module}");
        assert!(module.help().contains("gone.rs or "), "{}", module.help());
    }
}
