//! Whose code a source line is, and how a message names it.

use std::backtrace::Backtrace;
use verdict::Site;

/// Whose code a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The subject: a learner's crate, a solution, a wrong solution, a submission.
    Subject,
    /// An acceptance test or a model.
    Test,
    /// The harness, its fixtures and the learner-visible crate.
    Harness,
    /// A dependency, or the standard library.
    Foreign,
}

/// This file in the workbook.
const HERE: &str = "tests/harness/src/sites.rs";

/// Decides by the workbook's own folder names; the innermost one on the path counts, but none below a subject's `src/`,
/// where the folders are called as the learner likes.
pub(crate) fn owner(path: &str) -> Owner {
    if in_a_subjects_sources(below_the_workbook(path)) {
        return Owner::Subject;
    }
    const FOREIGN: [&str; 5] = ["/registry/src/", "/rustc/", "/rustlib/", "library/", "/git/checkouts/"];
    // The C library's own files come without a folder that tells.
    if !path.ends_with(".rs") || FOREIGN.iter().any(|part| path.contains(part)) {
        return Owner::Foreign;
    }
    // A folder's whole name: a task may be called `11-reorder-buffer-tests`.
    let whole = |at: &usize| *at == 0 || path[..*at].ends_with('/');
    let innermost = ["exercises/", "solutions/", "tests/", "subjects/"]
        .into_iter()
        .filter_map(|part| path.rmatch_indices(part).map(|(at, _)| at).find(whole).map(|at| (at, &path[at..])))
        .max_by_key(|(at, _)| *at);
    let inside = innermost.map_or("", |(_, inside)| inside);
    let file = path.rsplit('/').next().unwrap_or(path);
    const OURS: [&str; 5] =
        ["tests/harness/", "tests/verdict/", "tests/loom/", "tests/loopback/", "exercises/workbook/"];
    if OURS.iter().any(|part| inside.starts_with(part)) {
        Owner::Harness
    } else if inside.starts_with("tests/") || file == "acceptance.rs" || file == "loom.rs" {
        Owner::Test
    } else {
        Owner::Subject
    }
}

/// Whether this file of the workbook's is one that the subject calls.
pub(crate) fn learner_visible(path: &str) -> bool {
    owner(path) == Owner::Harness && path.contains("exercises/workbook/")
}

/// The path from the workbook's root on, if it lies there.
fn below_the_workbook(path: &str) -> &str {
    let root = file!().strip_suffix(HERE).unwrap_or_default();
    path.strip_prefix(root).unwrap_or(path)
}

/// `exercises/fan-out/02-unordered-fan-out/src/…`, `…/subjects/fan-out-02-wrong-batches/src/…`, where a class is graded
/// `…/work/0/package/src/…`, or the end of one of these from the package's folder or `src/` on.
fn in_a_subjects_sources(path: &str) -> bool {
    let folders: Vec<&str> = path.split('/').collect();
    let sources = |at: usize| folders.get(at) == Some(&"src") && folders.len() > at + 1;
    let below = |(at, folder): (usize, &&str)| match *folder {
        "exercises" | "solutions" => sources(at + 3),
        "subjects" => sources(at + 2),
        "work" => folders.get(at + 2) == Some(&"package") && sources(at + 3),
        _ => false,
    };
    path.ends_with(".rs") && (sources(0) || sources(1) || folders.iter().enumerate().any(below))
}

/// The folder of the files that mount the tests of a class as if in one line, [placeless](crate::placeless): that line
/// says nothing.
const PLACELESS: &str = "placeless";

/// The site as a message names it: from `src/` on, or the file's name alone.
pub(crate) fn site(path: &str, line: u32) -> Site {
    let line = if path.rsplit('/').nth(1) == Some(PLACELESS) && owner(path) == Owner::Test { 0 } else { line };
    let file = match path.rfind("/src/") {
        Some(at) => &path[at + 1..],
        None if path.starts_with("src/") => path,
        None => path.rsplit('/').next().unwrap_or(path),
    };
    Site { file: file.to_owned(), line }
}

/// The site of a location known at compile time.
pub(crate) fn located(location: &std::panic::Location<'_>) -> Site {
    site(location.file(), location.line())
}

/// The innermost frame of a backtrace that is the subject's; none if a test's frame comes before it.
pub(crate) fn subject_frame(backtrace: &Backtrace) -> Option<Site> {
    innermost(backtrace, |path| owner(path) == Owner::Test)
}

/// The line of the subject that waits here, unless it is Tokio that waits: its own locks are held for moments.
pub(crate) fn waiting_frame(backtrace: &Backtrace) -> Option<Site> {
    innermost(backtrace, |path| path.contains("/tokio-1.") || owner(path) == Owner::Test)
}

/// The innermost line of the subject, also one that has called the test's code.
pub(crate) fn any_subject_frame(backtrace: &Backtrace) -> Option<Site> {
    innermost(backtrace, |_| false)
}

fn innermost(backtrace: &Backtrace, ends: impl Fn(&str) -> bool) -> Option<Site> {
    // The short form names files relative to the current folder, and then no longer says whose they are.
    let text = format!("{backtrace:#}");
    for line in text.lines() {
        let Some(place) = line.trim_start().strip_prefix("at ") else { continue };
        let mut parts = place.rsplitn(3, ':');
        let (_column, line, path) = (parts.next()?, parts.next()?, parts.next()?);
        let Ok(line) = line.parse() else { continue };
        if ends(path) {
            return None;
        }
        if owner(path) == Owner::Subject {
            return Some(site(path, line));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_folder_decides() {
        for (path, expected) in [
            ("exercises/fan-out/01-serial-pipeline/src/lib.rs", Owner::Subject),
            ("/home/me/tests/workbook/exercises/fan-out/01-serial-pipeline/src/lib.rs", Owner::Subject),
            ("/w/target/subjects/fan-out-01-wrong-late/src/lib.rs", Owner::Subject),
            ("exercises/fan-out/11-reorder-buffer-tests/src/lib.rs", Owner::Subject),
            ("/w/tests/fan-out/01-serial-pipeline/acceptance.rs", Owner::Test),
            ("/w/target/subjects/fan-out-01/src/tests/harness/src/judge.rs", Owner::Subject),
            ("/w/exercises/fan-out/01-serial-pipeline/src/registry/src/lib.rs", Owner::Subject),
            ("fan-out-01-wrong-late/src/exercises/workbook/work.rs", Owner::Subject),
            ("/w/target/grading/work/0/package/src/tests/loopback/mod.rs", Owner::Subject),
            ("src/tests/harness/mod.rs", Owner::Subject),
            ("exercises/fan-out/01-serial-pipeline/src/acceptance.rs", Owner::Subject),
            ("fan-out-01-wrong-late/acceptance.rs", Owner::Test),
            ("/w/target/grading/fan-out-01/placeless/acceptance.rs", Owner::Test),
            ("exercises/fan-out/01-a/tests/../../../../tests/fan-out/01-a/acceptance.rs", Owner::Test),
            ("exercises/workbook/src/work.rs", Owner::Harness),
            ("tests/harness/src/check.rs", Owner::Harness),
            ("tests/loopback/src/serve.rs", Owner::Harness),
            ("/home/me/.cargo/registry/src/index/tokio-1.54.1/src/sync/mpsc/bounded.rs", Owner::Foreign),
            ("/rustc/59807616e/library/core/src/option.rs", Owner::Foreign),
            ("./misc/../sysdeps/unix/sysv/linux/x86_64/syscall.S", Owner::Foreign),
        ] {
            assert_eq!(owner(path), expected, "{path}");
        }
    }

    #[test]
    fn a_site_is_short() {
        assert_eq!(site("/w/exercises/fan-out/01-serial-pipeline/src/lib.rs", 7).to_string(), "src/lib.rs:7");
        assert_eq!(site("/w/tests/fan-out/01-serial-pipeline/acceptance.rs", 7).to_string(), "acceptance.rs:7");
        assert_eq!(site("/w/target/grading/fan-out-01/placeless/acceptance.rs", 2).to_string(), "acceptance.rs");
        assert_eq!(site("src/placeless/lib.rs", 7).to_string(), "src/placeless/lib.rs:7");
        assert_eq!(site("/placeless/tests/fan-out/02/acceptance.rs", 2).to_string(), "acceptance.rs:2");
    }
}
