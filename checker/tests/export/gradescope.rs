//! Gradescope's bundle: unpacked as Gradescope does, and run with a grader that is a script.

use super::export;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

pub(crate) fn bundle() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path().canonicalize().expect("it exists");
    let class = place.join("class");
    export(&class, &["--tasks", "1,2", "--tests", "absent", "--gradescope"]).exits(0).says("Gradescope's autograder");
    let bundle = place.join("autograder.zip");
    let again = place.join("again.zip");
    let named = again.to_str().expect("a path of text");
    export(&place.join("other"), &["--tasks", "1,2", "--gradescope", named]).exits(0);
    assert!(fs::read(&bundle).expect("a bundle") == fs::read(&again).expect("a bundle"), "two bundles are the same");
    let inside = class.join("autograder.zip");
    export(&place.join("class"), &["--gradescope", inside.to_str().expect("a path of text")])
        .exits(2)
        .complains("holds the solutions");

    let source = place.join("source");
    let mut zip = zip::ZipArchive::new(fs::File::open(&bundle).expect("a bundle")).expect("a zip");
    zip.extract(&source).expect("it unpacks");
    for part in ["solutions/fan-out/02-unordered-fan-out/src/lib.rs", "tests/fan-out/02-unordered-fan-out/wrong"] {
        assert!(source.join("workbook").join(part).exists(), "the self-test needs {part}");
    }
    let setup = fs::read_to_string(source.join("setup.sh")).expect("a script");
    assert!(
        setup.contains("--default-toolchain \"1.")
            && setup.contains("grade --self-test --task fan-out/1 --task fan-out/2"),
        "{setup}"
    );
    for script in ["setup.sh", "run_autograder"] {
        let mode = fs::metadata(source.join(script)).expect("a script").permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script} can be run");
        assert!(Command::new("bash").arg("-n").arg(source.join(script)).status().expect("bash").success(), "{script}");
    }

    // What was asked of the grader is noted beside what it leaves.
    let leaves = "while [ $# -gt 0 ]; do [ \"$1\" = --out ] && out=$2; shift; done\n\
                  mkdir -p \"$out/gradescope\" && echo '{\"tests\": []}' > \"$out/gradescope/submission.json\"\n";
    let noted = "echo \"$@\" > \"$AUTOGRADER/asked\"\n";
    assert_eq!(graded(&place, &format!("{noted}{leaves}exit 0\n")), 0);
    let results = place.join("results/results.json");
    assert_eq!(fs::read_to_string(&results).expect("results"), "{\"tests\": []}\n");
    let asked = fs::read_to_string(place.join("asked")).expect("a note");
    let submission = place.join("submission").display().to_string();
    assert!(asked.starts_with(&format!("grade {submission} --task fan-out/1 --task fan-out/2 --out ")), "{asked}");
    assert!(asked.contains("--allow-weak-sandbox"), "{asked}");

    // No results where the grader fails: nobody gets a zero for that.
    fs::remove_file(&results).expect("they were there");
    assert_eq!(graded(&place, &format!("{leaves}exit 3\n")), 3);
    assert_eq!(graded(&place, "exit 0\n"), 1);
    assert!(!results.exists());
    let half = place.join(".autograder.zip.unfinished");
    assert!(bundle.exists() && !half.exists());
}

/// How `run_autograder` ends with this grader.
fn graded(place: &Path, grader: &str) -> i32 {
    let checker = place.join("source/workbook/target/checker/checker");
    fs::create_dir_all(checker.parent().expect("a folder")).expect("a folder");
    fs::write(&checker, format!("#!/bin/sh\n{grader}")).expect("a script");
    fs::set_permissions(&checker, fs::Permissions::from_mode(0o755)).expect("a program");
    let mut run = Command::new(place.join("source/run_autograder"));
    run.env("AUTOGRADER", place).output().expect("it starts").status.code().expect("it ends")
}
