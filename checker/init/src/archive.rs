//! The workbook's files, as they were when this was built.

/// A file of the workbook.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Where it lies, below the workbook's folder.
    pub path: &'static str,
    /// Whether it is a program.
    pub program: bool,
    /// What it holds.
    pub text: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// All files, by path; none where this was built apart from its workbook.
pub fn files() -> &'static [File] {
    let whole = FILES.iter().any(|file| file.path == "tests/harness/Cargo.toml");
    if whole { FILES } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::files;
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::process::Command;

    /// What a clone has is what a copy has; a file that is neither is new, or left out by `build.rs`.
    #[test]
    fn the_archive_holds_what_git_tracks() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let held: BTreeSet<&str> = files().iter().map(|file| file.path).collect();
        assert_eq!(held.len(), files().len(), "each file once");
        let listing = Command::new("git").args(["ls-files", "-z"]).current_dir(&root).output();
        let Some(listing) = listing.ok().filter(|listing| listing.status.success()) else { return };
        let listing = String::from_utf8(listing.stdout).expect("names are text");
        // An exercise's sources are the learner's: the archive has the stub's instead.
        let given_out = |path: &str| {
            path.starts_with("exercises/workbook/") || !(path.starts_with("exercises/") && path.contains("/src/"))
        };
        let tracked: BTreeSet<&str> =
            listing.split('\0').filter(|path| !path.is_empty() && root.join(path).exists()).collect();
        let missing: Vec<_> = tracked.iter().filter(|path| given_out(path) && !held.contains(**path)).collect();
        assert!(missing.is_empty(), "in git, and not in the archive: build.rs lists what is packed: {missing:?}");
        for file in files().iter().filter(|file| file.path.starts_with("exercises/") && given_out(file.path)) {
            assert!(root.join(file.path).is_file(), "{} is in the workbook", file.path);
        }
    }

    #[test]
    fn an_exercise_is_its_stub() {
        let of = |path: &str| files().iter().find(|file| file.path == path).map(|file| file.text);
        let stub = of("tests/fan-out/01-serial-pipeline/stub/lib.rs");
        assert!(stub.is_some_and(|stub| !stub.is_empty()));
        assert_eq!(of("exercises/fan-out/01-serial-pipeline/src/lib.rs"), stub);
        assert!(files().iter().any(|file| file.path == ".ci/run" && file.program));
    }
}
