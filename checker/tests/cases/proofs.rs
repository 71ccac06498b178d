//! `verify` judges what has changed, and nothing else; what is told is what is on record.

use crate::copy::{Copy, TASK, copy_folder};
use crate::support::{Ran, repository};
use std::fs;

/// A workbook with a harness of its own, and of the first task's variants one wrong one.
fn workbook() -> Copy {
    let copy = Copy::new();
    for folder in ["tests/harness", "tests/verdict"] {
        copy_folder(&repository().join(folder), &copy.path(folder));
    }
    let (theirs, ours) = (format!("\"{}/", repository().display()), format!("\"{}/", copy.root().display()));
    let manifest = copy.text("Cargo.toml");
    let members = manifest.find("members = [").expect("the members");
    let end = members + manifest[members..].find("\n]\n").expect("their end") + 3;
    let own = "members = [\"tests/harness\", \"tests/harness/macros\", \"tests/verdict\"]\n";
    let mut manifest = format!("{}{own}{}", &manifest[..members], &manifest[end..]);
    let rest = manifest.find("default-members = [").expect("the default members");
    let end = rest + manifest[rest..].find("\n]\n").expect("their end") + 3;
    manifest.replace_range(rest..end, "");
    for own in ["tests/harness", "tests/verdict"] {
        manifest = manifest.replace(&format!("{theirs}{own}"), &format!("{ours}{own}"));
    }
    copy.file("Cargo.toml", &manifest);
    for (kind, kept) in [("right", ""), ("wrong", "careless-printer")] {
        for entry in fs::read_dir(copy.path(&format!("tests/{TASK}/{kind}"))).expect("the variants").flatten() {
            if entry.file_name() != kept {
                fs::remove_dir_all(entry.path()).expect("a variant to remove");
            }
        }
    }
    copy
}

#[test]
fn only_what_has_changed_is_judged_again() {
    let copy = workbook();
    let verify = || copy.checker(&["verify"]);
    let all = "11 criteria, stub, solution, 0 right, 1 wrong";
    let unchanged = |ran: &Ran, count: usize| {
        ran.exits(0).says(&format!("(unchanged, {count} of 3 subjects)"));
    };
    // Nothing is on record yet; then something of variants that are gone.
    let record = format!("tests/{TASK}/reports.txt");
    let kept = copy.text(&record);
    fs::remove_file(copy.path(&record)).expect("a record to remove");
    verify().exits(0).says("no reports on record yet: cargo checker verify --bless 1");
    copy.checker(&["verify", "--bless"]).exits(0).says("(unchanged, 1 of 3 subjects)");
    copy.file(&record, &kept);
    verify().exits(1).says("reports.txt has a section for wrong/").says("cargo checker verify --bless 1");
    copy.checker(&["verify", "--bless"]).exits(0);
    unchanged(&verify(), 3);
    copy.checker(&["verify", "--fresh"]).exits(0).says(all);

    // A wrong variant: it alone.
    let wrong = format!("tests/{TASK}/wrong/careless-printer/lib.rs");
    copy.file(&wrong, &format!("{}\n// The same.\n", copy.text(&wrong)));
    unchanged(&verify(), 2);
    unchanged(&verify(), 3);

    // A criterion, the task's metadata, the harness: everything.
    let acceptance = format!("tests/{TASK}/acceptance.rs");
    copy.file(&acceptance, &format!("{}\n// The same.\n", copy.text(&acceptance)));
    verify().exits(0).says(all);
    let metadata = format!("tests/{TASK}/task.toml");
    copy.file(&metadata, &format!("{}\n# The same.\n", copy.text(&metadata)));
    verify().exits(0).says(all);
    // What a hint says decides nothing.
    copy.file(&format!("tests/{TASK}/hints.md"), "## 1\n\nThink.\n");
    unchanged(&verify(), 3);

    // A message of the task's: the difference, until it is blessed.
    copy.edit(&acceptance, "the result of a write or of the flush is thrown away", "an error is thrown away");
    let otherwise = verify();
    otherwise.exits(1).says("wrong/careless-printer: the report is not the one on record");
    otherwise.says("- usually the result of a write or of the flush is thrown away");
    otherwise.says("+ usually an error is thrown away").says("cargo checker verify --bless 1");
    // A failure is never on record as a proof.
    let again = verify();
    again.exits(1).says("+ usually an error is thrown away").says("(unchanged, 2 of 3 subjects)");
    copy.checker(&["verify", "--bless"]).exits(0).says("(unchanged, 2 of 3 subjects)");
    unchanged(&verify(), 3);
    copy.edit(&record, "an error is thrown away", "an error is lost");
    verify().exits(1).says("- usually an error is lost").says("(unchanged, 2 of 3 subjects)");
    copy.checker(&["verify", "--bless"]).exits(0);

    // The harness: everything, and its effect on the message.
    let harness = "tests/harness/src/check.rs";
    copy.file(harness, &format!("{}\n// The same.\n", copy.text(harness)));
    verify().exits(0).says(all);
    // A subject that is not as expected.
    copy.edit(&wrong, "//! Caught by: ", "//! Caught by: every_number_doubled_in_order (fail), ");
    for _ in 0..2 {
        verify().exits(1).says("should end in fail").says("(unchanged, 2 of 3 subjects)");
    }
}
