//! Wrong and right designs: overlays over the reference's `src/` that the grader is tested with.

use crate::{Error, files};
use std::path::{Path, PathBuf};
use verdict::Kind;

/// A design beside the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its folder's name.
    pub name: String,
    /// Its folder.
    pub dir: PathBuf,
    /// Its files, relative to the folder: each replaces the file of this path under the reference's `src/`.
    pub files: Vec<PathBuf>,
    /// The criteria that catch it, all others passing; empty for a right design.
    pub caught_by: Vec<(String, Kind)>,
    /// What a learner believed who wrote this; for a right design, why it is one, where it says so.
    pub belief: String,
}

/// The folders below `dir`, each with a sound header.
pub(crate) fn wrongs(dir: &Path) -> Result<Vec<Variant>, Error> {
    variants(dir, |variant| {
        let failed = |path: &Path, problem: String| Error::Variant { path: path.into(), problem };
        for file in rust_files(variant) {
            let file = variant.dir.join(file);
            if let Some(rest) = docs(&files::text(&file)?).strip_prefix(MARK) {
                (variant.caught_by, variant.belief) = header(rest).map_err(|problem| failed(&file, problem))?;
                return Ok(());
            }
        }
        Err(failed(&variant.dir, format!("no file opens with `//! {MARK} <test> (<kind>)`")))
    })
}

/// The folders below `dir`.
pub(crate) fn rights(dir: &Path) -> Result<Vec<Variant>, Error> {
    variants(dir, |variant| {
        if let Some(file) = rust_files(variant).first() {
            variant.belief = paragraph(&docs(&files::text(&variant.dir.join(file))?));
        }
        Ok(())
    })
}

const MARK: &str = "Caught by:";

fn variants(dir: &Path, mut complete: impl FnMut(&mut Variant) -> Result<(), Error>) -> Result<Vec<Variant>, Error> {
    let mut variants = Vec::new();
    for dir in files::folders(dir)? {
        let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let files = files::below(&dir)?;
        let mut variant = Variant { name, dir, files, caught_by: Vec::new(), belief: String::new() };
        complete(&mut variant)?;
        variants.push(variant);
    }
    Ok(variants)
}

/// `lib.rs` first, where there is one.
fn rust_files(variant: &Variant) -> Vec<PathBuf> {
    let mut files = variant.files.clone();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort_by_key(|file| file != Path::new("lib.rs"));
    files
}

/// The `//!` lines that a file opens with, without their marks.
fn docs(text: &str) -> String {
    let lines = text.lines().map(str::trim).skip_while(|line| line.is_empty());
    let docs: Vec<_> = lines.map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    docs.join("\n")
}

/// Reads what follows [`MARK`]: tests with kinds, over several lines while each ends with a comma, then the
/// paragraph of what a learner believed.
fn header(rest: &str) -> Result<(Vec<(String, Kind)>, String), String> {
    let mut lines = rest.lines();
    let mut list = String::new();
    for line in lines.by_ref() {
        list.push_str(line);
        if !list.trim_end().ends_with(',') {
            break;
        }
    }
    let mut caught_by: Vec<(String, Kind)> = Vec::new();
    for entry in list.split(',') {
        let (test, kind) = entry
            .trim()
            .strip_suffix(')')
            .and_then(|entry| entry.rsplit_once(" ("))
            .filter(|(test, _)| is_test(test))
            .ok_or_else(|| format!("`{}` is not `<test> (<kind>)`", entry.trim()))?;
        let kind = Kind::named(kind)
            .filter(|kind| !matches!(kind, Kind::Pass | Kind::Infra))
            .ok_or_else(|| format!("`{kind}` is no kind of failure; one of {}", failures()))?;
        if caught_by.iter().any(|(other, _)| other == test) {
            return Err(format!("`{test}` is named twice"));
        }
        caught_by.push((test.into(), kind));
    }
    let belief = paragraph(&lines.collect::<Vec<_>>().join("\n"));
    if belief.is_empty() {
        return Err(format!("`{MARK}` is followed by no line of what a learner believed"));
    }
    Ok((caught_by, belief))
}

/// The first paragraph as flowing text.
fn paragraph(text: &str) -> String {
    let lines = text.lines().skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

fn is_test(name: &str) -> bool {
    name.split("::").all(|part| !part.is_empty() && part.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()))
}

fn failures() -> String {
    let names: Vec<_> = Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Pass | Kind::Infra)).copied().collect();
    names.into_iter().map(Kind::name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    const WRONG: &str = "tests/fan-out/01-a/wrong";

    #[test]
    fn a_wrong_names_what_catches_it_and_why_it_was_written() {
        let scratch = Scratch::new();
        let task = scratch.task("fan-out/01-a");
        let text = "//! Caught by: numbers (fail), shutdown::ends (stuck),\n//!     bounded (bound)\n//!\n\
                    //! Sorting at the end is\n//! in order, too.\n//!\n//! More.\nuse std::fmt;\n";
        scratch.file(&format!("{WRONG}/sorts/lib.rs"), text);
        scratch.file(&format!("{WRONG}/sorts/stages/buffer.rs"), "//! A buffer.\n");
        scratch.file(&format!("{WRONG}/late/lib.rs"), "//! The library.\n");
        scratch.file(&format!("{WRONG}/late/buffer.rs"), "//! Caught by: numbers (leak)\n//! It is in time.\n");
        let wrongs = task.wrongs().expect("wrongs");
        assert_eq!(wrongs.iter().map(|wrong| wrong.name.as_str()).collect::<Vec<_>>(), ["late", "sorts"]);
        assert_eq!(wrongs[0].caught_by, [("numbers".into(), Kind::Leak)]);
        assert_eq!(wrongs[0].belief, "It is in time.");
        assert_eq!(wrongs[1].files, [PathBuf::from("lib.rs"), PathBuf::from("stages/buffer.rs")]);
        let caught: Vec<_> = wrongs[1].caught_by.iter().map(|(test, kind)| format!("{test} {kind}")).collect();
        assert_eq!(caught, ["numbers fail", "shutdown::ends stuck", "bounded bound"]);
        assert_eq!(wrongs[1].belief, "Sorting at the end is in order, too.");
        assert_eq!(task.rights().expect("none"), []);
    }

    #[test]
    fn a_header_out_of_form_is_named() {
        let scratch = Scratch::new();
        let task = scratch.task("fan-out/01-a");
        let refused = |text: &str| {
            scratch.file(&format!("{WRONG}/x/lib.rs"), text);
            let error = task.wrongs().expect_err(text);
            assert!(error.help().contains("`//! Caught by: <test> (<kind>), <test> (<kind>)`"), "{}", error.help());
            error.to_string()
        };
        let none = "wrong/x: no file opens with `//! Caught by: <test> (<kind>)`";
        for (text, problem) in [
            ("", none),
            ("//! Something.\n//! Caught by: a (fail)\n//! Why.", none),
            ("//! Caught by:\n//! Why.", "lib.rs: `` is not `<test> (<kind>)`"),
            ("//! Caught by: a\n//! Why.", "`a` is not `<test> (<kind>)`"),
            ("//! Caught by: a (fail) b (leak)\n//! Why.", "`a (fail) b (leak)`"),
            ("//! Caught by: a b (fail)\n//! Why.", "`a b (fail)` is not"),
            ("//! Caught by: a (slow)\n//! Why.", "`slow` is no kind of failure; one of fail, stuck, "),
            ("//! Caught by: a (pass)\n//! Why.", "`pass` is no kind of failure"),
            ("//! Caught by: a (fail), a (leak)\n//! Why.", "`a` is named twice"),
            ("//! Caught by: a (fail)\n", "followed by no line of what a learner believed"),
        ] {
            let message = refused(text);
            assert!(message.contains(problem), "{text:?}: {message}");
        }
    }

    #[test]
    fn a_right_design_needs_no_header() {
        let scratch = Scratch::new();
        let task = scratch.task("fan-out/01-a");
        scratch.file("tests/fan-out/01-a/right/stream/lib.rs", "//! A stream\n//! is as good.\n\nfn a() {}");
        scratch.file("tests/fan-out/01-a/right/terse/lib.rs", "fn a() {}");
        let rights = task.rights().expect("rights");
        assert_eq!(rights.iter().map(|right| right.belief.as_str()).collect::<Vec<_>>(), ["A stream is as good.", ""]);
        assert!(rights.iter().all(|right| right.caught_by.is_empty()));
    }
}
