//! The journal: what is recorded stays, and what was changed is found.

use crate::class::{assert_same, class, grade, header, right};
use results::{Error, Journal, Options, Outcome, finish, verify_chain};
use std::fs;
use std::path::Path;

fn written(out: &Path) -> Vec<String> {
    let text = fs::read_to_string(out.join("results.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn rewrite(out: &Path, lines: &[String]) {
    fs::write(out.join("results.jsonl"), lines.join("\n") + "\n").unwrap();
}

/// A journal that is not finished.
fn begun(out: &Path) {
    let mut journal = Journal::create(out, &header()).unwrap();
    class().iter().for_each(|graded| journal.append(graded).unwrap());
}

#[test]
fn neither_the_order_nor_a_second_run_makes_a_difference() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    grade(first.path(), &class(), &Options::default());
    let mut other = class();
    other.reverse();
    other.rotate_left(3);
    other.iter_mut().for_each(|graded| graded.took_ms += 1);
    grade(second.path(), &other, &Options::default());
    assert_same(first.path(), second.path());
    finish(second.path(), &Options::default()).unwrap();
    assert_same(first.path(), second.path());
    let verified = verify_chain(first.path()).unwrap();
    assert!(verified.finished && !verified.torn && verified.records == class().len(), "{verified:?}");
}

#[test]
fn every_change_to_every_line_is_found() {
    let out = tempfile::tempdir().unwrap();
    begun(out.path());
    let lines = written(out.path());
    let found = |changed: &[String], what: &str| {
        rewrite(out.path(), changed);
        let error = verify_chain(out.path()).expect_err(what);
        assert!(matches!(error, Error::Chain { .. }), "{what}: {error}");
        assert!(matches!(Journal::resume(out.path(), &header()), Err(Error::Chain { .. })), "{what}");
        assert!(matches!(finish(out.path(), &Options::default()), Err(Error::Chain { .. })), "{what}");
    };
    for at in 0..lines.len() {
        for place in (0..lines[at].len()).step_by(97) {
            let mut bytes = lines[at].clone().into_bytes();
            bytes[place] = if bytes[place] == b'7' { b'8' } else { b'7' };
            let Ok(line) = String::from_utf8(bytes) else { continue };
            let mut changed = lines.clone();
            changed[at] = line;
            found(&changed, &format!("byte {place} of line {}", at + 1));
        }
        if at + 1 < lines.len() {
            let mut removed = lines.clone();
            removed.remove(at);
            found(&removed, &format!("without line {}", at + 1));
            let mut swapped = lines.clone();
            swapped.swap(at, at + 1);
            found(&swapped, &format!("lines {} and the next swapped", at + 1));
        }
        let mut twice = lines.clone();
        twice.insert(at, lines[at].clone());
        found(&twice, &format!("line {} twice", at + 1));
    }
    rewrite(out.path(), &lines);
    assert_eq!(verify_chain(out.path()).unwrap().records, class().len());
}

#[test]
fn a_last_line_that_is_removed_is_found_once_the_results_are_finished() {
    let out = tempfile::tempdir().unwrap();
    begun(out.path());
    finish(out.path(), &Options::default()).unwrap();
    let mut lines = written(out.path());
    lines.pop();
    rewrite(out.path(), &lines);
    let error = verify_chain(out.path()).unwrap_err().to_string();
    assert!(error.contains("SHA256SUMS"), "{error}");
    assert!(matches!(Journal::resume(out.path(), &header()), Err(Error::Chain { .. })));
}

#[test]
fn a_line_torn_at_any_byte_is_put_aside_and_graded_again() {
    let (whole, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    grade(whole.path(), &class(), &Options::default());
    begun(out.path());
    let text = fs::read(out.path().join("results.jsonl")).unwrap();
    let last = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for cut in (last + 1..text.len()).step_by(211).chain([last, text.len() - 1]) {
        let out = tempfile::tempdir().unwrap();
        fs::write(out.path().join("results.jsonl"), &text[..cut]).unwrap();
        fs::write(out.path().join("timings.jsonl"), "{\"learner\":\"to").unwrap();
        let (mut journal, done) = Journal::resume(out.path(), &header()).unwrap();
        for graded in class().iter().filter(|graded| !done.contains(&graded.key())) {
            journal.append(graded).unwrap();
        }
        journal.finish(&Options::default()).unwrap();
        assert_same(whole.path(), out.path());
        let torn = fs::read(out.path().join("results.torn")).unwrap_or_default();
        assert_eq!(torn.strip_suffix(b"\n").unwrap_or_default(), &text[last..cut], "what was cut is kept");
    }
}

#[test]
fn a_torn_journal_that_is_finished_keeps_what_was_cut() {
    let out = tempfile::tempdir().unwrap();
    begun(out.path());
    let path = out.path().join("results.jsonl");
    let text = fs::read(&path).unwrap();
    fs::write(&path, &text[..text.len() - 9]).unwrap();
    finish(out.path(), &Options::default()).unwrap();
    let verified = verify_chain(out.path()).unwrap();
    assert_eq!((verified.records, verified.torn, verified.finished), (class().len() - 1, false, true));
    assert!(!fs::read(out.path().join("results.torn")).unwrap().is_empty());
}

#[test]
fn another_header_is_refused_and_says_in_what() {
    let out = tempfile::tempdir().unwrap();
    begun(out.path());
    let mut other = header();
    other.seed = 8;
    other.tests.insert("fan-out/1".into(), "9".repeat(64));
    other.tasks[0].criteria.pop();
    let error = Journal::resume(out.path(), &other).unwrap_err().to_string();
    for part in
        ["seed: recorded 7, now 8", "tests.fan-out/1: recorded 1111", "tasks.1.criteria.4: recorded as_a_program"]
    {
        assert!(error.contains(part), "{error}");
    }
    other = header();
    other.toolchain = "rustc 1.96.0".into();
    let error = Journal::resume(out.path(), &other).unwrap_err().to_string();
    assert!(error.contains("now rustc 1.96.0"), "{error}");
    assert!(Journal::resume(out.path(), &header()).is_ok());
}

#[test]
fn two_graders_do_not_meet() {
    let out = tempfile::tempdir().unwrap();
    let journal = Journal::create(out.path(), &header()).unwrap();
    assert!(matches!(Journal::create(out.path(), &header()), Err(Error::Locked { .. })));
    assert!(matches!(Journal::resume(out.path(), &header()), Err(Error::Locked { .. })));
    assert!(matches!(finish(out.path(), &Options::default()), Err(Error::Locked { .. })));
    drop(journal);
    assert!(matches!(Journal::create(out.path(), &header()), Err(Error::Exists { .. })));
    assert!(Journal::resume(out.path(), &header()).is_ok());
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(Journal::resume(empty.path(), &header()), Err(Error::Nothing { .. })));
    assert!(matches!(finish(empty.path(), &Options::default()), Err(Error::Nothing { .. })));
}

#[test]
fn infra_is_tried_again_and_what_comes_of_it_counts() {
    let out = tempfile::tempdir().unwrap();
    begun(out.path());
    let (mut journal, done) = Journal::resume(out.path(), &header()).unwrap();
    let again: Vec<_> = class().into_iter().filter(|graded| !done.contains(&graded.key())).collect();
    assert_eq!(again.iter().map(|graded| graded.learner.as_str()).collect::<Vec<_>>(), ["emil", "dora"]);
    journal.append(&right("dora", "fan-out/1")).unwrap();
    let summary = journal.finish(&Options::default()).unwrap();
    assert_eq!(summary.infra.iter().map(|reason| reason.learner.as_str()).collect::<Vec<_>>(), ["emil"]);
    let grades = fs::read_to_string(out.path().join("grades.csv")).unwrap();
    assert!(grades.contains("\ndora,fan-out/1,4.5,4.5,100.0,graded,"), "{grades}");
    assert_eq!(verify_chain(out.path()).unwrap().records, class().len() + 1);
}

#[test]
fn verdicts_are_as_many_as_criteria() {
    let out = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(out.path(), &header()).unwrap();
    let mut odd = Vec::new();
    let mut graded = right("anna", "fan-out/1");
    graded.criteria.pop();
    odd.push(graded.clone());
    graded.criteria.push(graded.criteria[0].clone());
    odd.push(graded.clone());
    graded.criteria[3].test = "forged".into();
    odd.push(graded.clone());
    graded.outcome = Outcome::Infra("x".into());
    odd.push(graded);
    let mut elsewhere = right("anna", "fan-out/1");
    elsewhere.task = "fan-out/99".into();
    odd.push(elsewhere);
    for graded in odd {
        assert!(matches!(journal.append(&graded), Err(Error::Record { .. })), "{graded:?}");
    }
    drop(journal);
    assert_eq!(verify_chain(out.path()).unwrap().records, 0);
}
