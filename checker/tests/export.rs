//! `checker export`: what a class gets, what judges it elsewhere, and that none of it shows a solution.

#[path = "export/book.rs"]
mod book;
#[path = "export/classroom.rs"]
mod classroom;
#[cfg(feature = "grade")]
#[path = "export/gradescope.rs"]
mod gradescope;
#[path = "export/secrets.rs"]
mod secrets;
mod support;

use libtest_mimic::{Arguments, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use support::{Ran, checker, flowing, repository};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        trial("with_its_tests_a_copy_judges_as_the_workbook_does", included),
        trial("without_its_tests_a_copy_shows_the_criteria_and_compiles", absent),
        trial("a_part_of_the_tasks_is_whole", some_tasks),
        trial("two_exports_are_the_same", same),
        trial("nothing_is_overwritten_and_nothing_half_made_is_left", refused),
        trial("points_are_shown_where_they_differ_and_only_criteria_have_some", points),
    ];
    let missing = tools(&["bash", "jq", "base64"]);
    let demanded = std::env::var_os("WORKBOOK_DEMAND").is_some();
    let why = missing.as_ref().map(|why| format!(" [{why}]")).unwrap_or_default();
    trials.push(
        trial(&format!("classroom_hands_the_points_over{why}"), classroom::points)
            .with_ignored_flag(missing.is_some() && !demanded),
    );
    trials.push(trial("classroom_judges_only_where_there_are_tests", classroom::refused));
    #[cfg(feature = "grade")]
    trials.push(trial("gradescope_gets_what_grades", gradescope::bundle));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// The first tool that is not here.
fn tools(names: &[&str]) -> Option<String> {
    names.iter().find(|name| Command::new(name).arg("--version").output().is_err()).map(|name| format!("no {name}"))
}

/// A class's copy in a temporary folder.
struct Class {
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Class {
    fn of(arguments: &[&str]) -> Class {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it exists").join("the class");
        export(&root, arguments).exits(0).says("holds the class's copy");
        Class { root, _folder: folder }
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.text(path);
        assert!(text.contains(old), "{path} does not say {old:?}");
        fs::write(self.root.join(path), text.replace(old, new)).expect("a file");
    }

    /// From now on it judges with this repository's crates, so that they need not be built once more.
    fn with_built_crates(self) -> Class {
        self.edit("Cargo.toml", "path = \"", &format!("path = \"{}/", repository().display()));
        self
    }

    fn checker(&self, arguments: &[&str]) -> Ran {
        checker(&self.root, arguments)
    }
}

impl Ran {
    /// Standard error holds the text, wherever its lines are broken.
    #[track_caller]
    fn complains(&self, text: &str) -> &Ran {
        assert!(flowing(&self.err()).contains(&flowing(text)), "expected on standard error: {text}\n{self}");
        self
    }
}

fn export(to: &Path, arguments: &[&str]) -> Ran {
    let class = to.to_str().expect("a path of text");
    checker(&repository(), &[&["export", "--class", class], arguments].concat())
}

/// All files below a folder, by their paths from there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut open = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => open.push(path),
                path => files.push(path.strip_prefix(folder).expect("it lies there").to_owned()),
            }
        }
    }
    files.sort();
    files
}

/// Cargo finds a workspace in which nothing is missing and whose lock file is as it would write it; git, nothing that
/// it would ignore.
fn is_a_repository_to_be(class: &Class) {
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(&class.root).output().expect("it starts");
        assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    run(env!("CARGO"), &["metadata", "--offline", "--locked", "--format-version", "1"]);
    assert!(!class.has(".git"), "the class's history is the instructor's to begin");
    run("git", &["init", "--quiet"]);
    run("git", &["add", "--all"]);
    let ignored = run("git", &["status", "--porcelain", "--ignored"]);
    assert!(!ignored.contains("!!"), "{ignored}");
}

fn included() {
    let class = Class::of(&[]);
    is_a_repository_to_be(&class);
    secrets::none_of_the_solutions(&class);
    book::builds(&class);
    assert!(class.text("README.md").contains("judges your code with the tests that grade it"));
    let class = class.with_built_crates();
    class.checker(&["list"]).exits(0).says("0 of 25 passed").says("2 Unordered fan-out");
    class.checker(&["show", "2"]).exits(0).says("eight are in flight at once").says("bench");
    class.checker(&["task", "2"]).exits(1).says("unstarted").says("0 of 10 criteria hold.");
    class.checker(&["hint", "2"]).exits(0).says("hint 1 of");
    let right = repository().join("solutions/fan-out/02-unordered-fan-out");
    let right = right.to_str().expect("a path of text");
    class.checker(&["task", "2", "--against", right]).exits(0).says("10 of 10 criteria hold.");
    for without in [
        ["task", "2", "--solution"].as_slice(),
        &["task", "2", "--variant", "wrong/one-task"],
        &["diff", "2", "--spoil"],
        &["bench", "2", "--solution"],
        &["verify", "2"],
        &["dev", "tidy"],
        &["dev", "soak", "2"],
        &["export", "--class", "../again"],
    ] {
        class.checker(without).exits(2).complains("this copy of the workbook has no reference solution");
    }
}

fn absent() {
    let class = Class::of(&["--tests", "absent"]);
    is_a_repository_to_be(&class);
    secrets::none_of_the_solutions(&class);
    secrets::none_of_the_tests(&class);
    book::builds(&class);
    let class = class.with_built_crates();
    assert!(class.text("README.md").contains("your instructor runs them"));
    class.checker(&["list"]).exits(0).says("2 Unordered fan-out");
    class.checker(&["show", "3"]).exits(0).says("in every interleaving, by loom");
    let whole = checker(&repository(), &["show", "2"]).exits(0).out();
    let criteria = |text: &str| text[text.find("\n  - ").expect("criteria")..].to_owned();
    assert_eq!(criteria(&class.checker(&["show", "2"]).exits(0).out()), criteria(&whole));
    class.checker(&["hint", "2"]).exits(0).says("hint 1 of");

    let ran = class.checker(&["task", "2"]);
    ran.exits(3).says("It compiles, and is not judged here.").says("your instructor").says("10 criteria");
    class.checker(&["list"]).exits(0).says("0 of 25 passed");
    let records = class.checker(&["task", "2", "--json"]).exits(3).out();
    assert!(records.lines().last().is_some_and(|end| end.contains("\"passed\":0") && end.contains("\"exit\":3")));
    class.checker(&["task", "2", "--only", "every"]).exits(2).complains("not in this copy");
    class.checker(&["trace", "2"]).exits(2).complains("not in this copy");
    let lib = "exercises/fan-out/02-unordered-fan-out/src/lib.rs";
    let stub = class.text(lib);
    fs::write(class.root.join(lib), stub.clone() + "\nfn broken() -> u32 {\n    \"no\"\n}\n").expect("a file");
    class.checker(&["task", "2"]).exits(1).says("mismatched types").says("does not compile");
    fs::write(class.root.join(lib), stub + "\nunsafe fn no() {}\n").expect("a file");
    class.checker(&["task", "2"]).exits(1).says("`unsafe` is not allowed");
}

fn some_tasks() {
    let class = Class::of(&["--tasks", "2,s1", "--tasks", "fan-out/7"]);
    is_a_repository_to_be(&class);
    book::builds(&class);
    class.checker(&["list"]).exits(0).says("0 of 3 passed").says("s1");
    class.checker(&["show", "3"]).exits(2).complains("no task is called `3`");
    let summary = class.text("book/src/SUMMARY.md");
    assert!(summary.contains("(fan-out/07-failure-modes.md)") && !summary.contains("03-ordered"), "{summary}");
    assert!(!class.has("book/src/instructors.md") && !summary.contains("instructors"), "{summary}");
    let track = Class::of(&["--track", "fan-out"]);
    track.checker(&["list"]).exits(0).says("0 of 25 passed");
}

fn same() {
    let [first, second] = [(), ()].map(|()| Class::of(&["--tasks", "1,2", "--classroom"]));
    let names = files(&first.root);
    assert_eq!(names, files(&second.root));
    for name in names {
        let [a, b] = [&first, &second].map(|class| fs::read(class.root.join(&name)).expect("a file"));
        assert!(a == b, "{} differs", name.display());
    }
}

fn refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path().canonicalize().expect("it exists");
    let only = ["--tasks", "1"];
    fs::create_dir(place.join("full")).expect("a folder");
    fs::write(place.join("full/notes"), "mine").expect("a file");
    export(&place.join("full"), &only).exits(2).complains("is not empty");
    assert_eq!(files(&place.join("full")), [PathBuf::from("notes")]);
    let refused = |to: PathBuf, arguments: &[&str], why: &str| {
        export(&to, arguments).exits(2).complains(why);
    };
    refused(place.join("full/notes"), &only, "a file");
    refused(place.join("full/notes/below"), &only, "a file");
    refused(repository().join("class"), &only, "lies inside the workbook");
    refused(place.join("new"), &["--track", "fan-outer"], "no track is called");
    refused(place.join("new"), &["--tasks", "1,99"], "no task is called `99`");
    fs::create_dir(place.join(".new.unfinished")).expect("a folder");
    refused(place.join("new"), &only, "another export");
    fs::remove_dir(place.join(".new.unfinished")).expect("it goes");
    fs::create_dir(place.join("empty")).expect("a folder");
    export(&place.join("empty"), &only).exits(0);
    export(&place.join("new/deep"), &only).exits(0);
    let left: Vec<_> = files(&place).into_iter().filter(|file| file.to_string_lossy().contains("unfinished")).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn points() {
    let class = Class::of(&["--tasks", "2"]).with_built_crates();
    let plain = class.checker(&["show", "2"]).exits(0).out();
    assert!(!plain.contains("point"), "{plain}");
    let file = class.root.join("tests/fan-out/02-unordered-fan-out/task.toml");
    let text = fs::read_to_string(&file).expect("the task");
    let with = |more: &str| fs::write(&file, format!("{text}\n{more}")).expect("a file");
    with("[points]\nevery_number_doubled_once = 4\n");
    class.checker(&["show", "2"]).exits(0).says("4 points").says("1 point").says("13 points together");
    let begin = class.checker(&["task", "2", "--json", "--only", "every_number"]).exits(1).out();
    assert!(begin.lines().next().is_some_and(|begin| begin.contains("\"points\":4")), "{begin}");
    with("[visibility]\nevery_number_doubled_once = \"later\"\n");
    class.checker(&["show", "2"]).exits(2).complains("unknown variant `later`");
}
