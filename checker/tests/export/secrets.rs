//! That a copy holds nothing of what it must not show.

use super::{Class, files, repository};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// So many lines in a row are no coincidence: shorter runs are idioms, such as joining a set of tasks.
const RUN: usize = 4;

/// No solution, no variant of one, and no code of any of them.
pub(crate) fn none_of_the_solutions(class: &Class) {
    let names = ["wrong", "right", "solutions", "mutants.toml", "reports.txt", "hostile"];
    for file in files(&class.root).iter().filter(|file| file.starts_with("tests") || file.starts_with("solutions")) {
        let shown = file.iter().find(|part| names.iter().any(|name| part == name));
        assert!(shown.is_none() || file.starts_with("tests/harness"), "{} is in the copy", file.display());
    }
    for page in files(&class.root).iter().filter(|file| file.starts_with("book/src")) {
        if page.extension().is_some_and(|extension| extension == "md") {
            let text = class.text(page.to_str().expect("a name of text"));
            assert!(!text.contains("{{listing solutions/"), "{} shows a solution", page.display());
            assert!(!text.contains("\n## Compare with the reference"), "{}", page.display());
        }
    }
    let secret = runs_in(&repository().join("solutions"), |file| file.iter().any(|part| part == "src"));
    not_in(class, &secret, 2000);
}

/// No line of what judges, but the criteria's sentences.
pub(crate) fn none_of_the_tests(class: &Class) {
    let own = ["acceptance.rs", "loom.rs", "bench.rs"];
    let judges = |file: &Path| file.iter().count() == 3 && own.iter().any(|name| file.ends_with(name));
    let tests: Vec<_> = files(&class.root.join("tests")).into_iter().filter(|file| judges(file)).collect();
    assert!(tests.is_empty(), "{tests:?}");
    let mounts = class.root.join("exercises/fan-out/02-unordered-fan-out/tests");
    assert!(!mounts.exists(), "a mount of tests that are not there");
    not_in(class, &runs_in(&repository().join("tests"), judges), 2000);
}

fn not_in(class: &Class, secret: &BTreeSet<String>, least: usize) {
    // What learners are given: the stubs, and what they may use.
    let stubs = runs_in(&repository().join("tests"), |file| file.iter().any(|part| part == "stub"));
    let secret: BTreeSet<&String> = secret.iter().filter(|run| !stubs.contains(*run)).collect();
    assert!(secret.len() > least, "only {} runs of lines to look for", secret.len());
    for file in files(&class.root).iter().filter(|file| !file.starts_with(".git")) {
        let Ok(text) = fs::read_to_string(class.root.join(file)) else { continue };
        let found = runs(&text).into_iter().find(|run| secret.contains(run));
        assert!(found.is_none(), "{} holds\n{}", file.display(), found.unwrap_or_default());
    }
}

/// The runs of lines in these files below a folder.
fn runs_in(folder: &Path, taken: impl Fn(&Path) -> bool) -> BTreeSet<String> {
    let sources = files(folder).into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs"));
    let taken = sources.filter(|file| taken(file));
    taken.flat_map(|file| runs(&fs::read_to_string(folder.join(file)).expect("a source"))).collect()
}

/// Every run of so many lines that say something, however they are indented. Imports and closing brackets do not.
fn runs(text: &str) -> Vec<String> {
    let says = |line: &&str| line.chars().filter(|c| c.is_alphanumeric()).count() > 4 && !line.starts_with("use ");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(says).collect();
    lines.windows(RUN).map(|run| run.join("\n")).collect()
}
