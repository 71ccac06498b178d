use super::{Expectation, HEADERS, Header};
use std::path::Path;
use verdict::Kind;
use verdict::Kind::{Build, Crash, Fail, Infra, Leak, Memory, Pass};

fn expects(text: &str) -> Expectation {
    Expectation::read(text).expect("the notation is right")
}

fn met(text: &str, kinds: &[Kind]) -> bool {
    expects(text).met_by(kinds).is_ok()
}

#[test]
fn the_first_failure_decides() {
    assert!(met("fail", &[Pass, Fail, Crash]));
    assert!(!met("fail", &[Pass, Crash, Fail]));
    assert!(!met("fail", &[Pass, Pass]));
    assert!(met("crash|fail", &[Pass, Crash, Leak]));
    assert!(met("build", &[Build, Build]));
}

#[test]
fn all_means_every_criterion() {
    assert!(met("all crash", &[Crash, Crash]));
    assert!(!met("all crash", &[Crash, Pass]));
    assert!(!met("all crash", &[Crash, Memory]));
    assert!(met("all crash|memory", &[Crash, Memory]));
}

#[test]
fn a_pass_may_be_expected() {
    assert!(met("pass", &[Pass, Pass]));
    assert!(!met("pass", &[Pass, Fail]));
    assert!(met("pass|crash", &[Pass, Crash]));
    assert!(!met("pass|crash", &[Pass, Fail]));
}

#[test]
fn no_more_is_held_than_is_earned() {
    assert!(met("fail, earns 1", &[Pass, Fail, Fail]));
    assert!(met("fail, earns 1", &[Fail, Fail, Fail]));
    assert!(!met("fail, earns 1", &[Pass, Fail, Pass]));
}

#[test]
fn a_fault_of_the_graders_and_silence_are_never_right() {
    assert!(!met("all crash", &[Crash, Infra]));
    assert!(!met("fail", &[Fail, Infra]));
    assert!(!met("pass", &[]));
}

#[test]
fn what_is_wrong_is_said() {
    let said = |text: &str, kinds: &[Kind]| expects(text).met_by(kinds).expect_err("it is not met");
    assert_eq!(said("all crash|fail", &[Crash, Pass]), "criterion 2 of 2: pass, expected all fail|crash");
    assert_eq!(said("fail", &[Pass, Pass]), "all 2 criteria hold, expected fail");
    assert_eq!(said("fail, earns 0", &[Pass, Fail]), "1 criteria hold, and it earns 0");
}

#[test]
fn a_slip_in_the_notation_is_told() {
    for (text, said) in [
        ("", "`` is no kind of verdict"),
        ("crashes", "`crashes` is no kind of verdict"),
        ("crash | fail", "`crash ` is no kind of verdict"),
        ("fail|fail", "`fail` stands there twice"),
        ("infra", "`infra` is the grader's own fault, and never expected"),
        ("all pass", "`all` goes with kinds of failure alone"),
        ("all crash, earns 0", "where all criteria fail, none is earned"),
        ("pass, earns 3", "where all may hold, all may be earned"),
        ("fail, earns", "`earns` is not `earns` and a number"),
    ] {
        assert_eq!(Expectation::read(text), Err(said.to_owned()), "{text}");
    }
}

#[test]
fn a_header_is_read() {
    let text =
        "//! Task: fan-out/2\n//! Expect: all crash\n//! Contained: nothing passes\n//!\n//! A belief.\n\nuse a;\n";
    let header = Header::read(text).expect("the header is right");
    assert_eq!((header.task.as_str(), header.contained.as_str()), ("fan-out/2", "nothing passes"));
    assert_eq!(header.expected, expects("all crash"));
    for (from, to, said) in [
        ("//! Task: fan-out/2\n", "", "line 1 is no `//! Task: …`"),
        ("Expect", "Expects", "line 2 is no `//! Expect: …`"),
        ("nothing passes", "", "line 3 is no `//! Contained: …`"),
        ("//! A belief.\n", "", "an empty line and what the attacker believes must follow"),
    ] {
        assert_eq!(Header::read(&text.replacen(from, to, 1)), Err(said.to_owned()));
    }
}

/// The corpus itself: every folder has a header, and there are at least forty.
#[test]
fn every_hostile_submission_says_what_it_expects() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/hostile");
    let mut read = 0;
    for entry in corpus.read_dir().expect("the corpus is there").flatten().filter(|entry| entry.path().is_dir()) {
        let folder = entry.path();
        let file = HEADERS.iter().map(|name| folder.join(name)).find(|file| file.exists());
        let file = file.unwrap_or_else(|| panic!("{} has none of {HEADERS:?}", folder.display()));
        let text = std::fs::read_to_string(&file).expect("a header is text");
        if let Err(said) = Header::read(&text) {
            panic!("{}: {said}", file.display());
        }
        read += 1;
    }
    assert!(read >= 40, "{read} hostile submissions");
}
