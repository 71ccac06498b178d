//! `reports.txt`: what each subject that fails is told, as a learner reads it. A change to the judge shows its effect
//! on every message.

use crate::fault::Fault;
use crate::judge::Judged;
use crate::report;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A section begins with this, and the subject's name.
const MARK: &str = "== ";
const HEAD: &str = "What each subject is told that fails, written by `cargo checker verify --bless`.\n";

/// The reports of one task's subjects, by their names.
#[derive(Debug)]
pub(crate) struct Reports {
    path: PathBuf,
    /// Whether there is a file.
    pub(super) on_record: bool,
    sections: BTreeMap<String, String>,
}

impl Reports {
    /// Reads the file; without it, nothing is on record, and nothing compared.
    pub(crate) fn read(path: &Path) -> Result<Reports, Fault> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Some(text.replace("\r\n", "\n")),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(Fault::file("read", path, &error)),
        };
        let sections = parse(text.as_deref().unwrap_or_default());
        Ok(Reports { path: path.to_owned(), on_record: text.is_some(), sections })
    }

    /// What a subject was told; nothing if it passes everything.
    pub(crate) fn of(&self, name: &str) -> &str {
        self.sections.get(name).map_or("", String::as_str)
    }

    pub(super) fn set(&mut self, name: &str, section: String) {
        self.sections.insert(name.to_owned(), section);
    }

    /// The sections of subjects that are none of these.
    pub(super) fn others(&self, names: &[&str]) -> Vec<&str> {
        self.sections.keys().map(String::as_str).filter(|name| !names.contains(name)).collect()
    }

    /// Writes the sections of these subjects, in this order: whole, or not at all.
    pub(super) fn write(&self, names: &[&str]) -> Result<(), Fault> {
        let mut text = HEAD.to_owned();
        for name in names.iter().filter(|name| !self.of(name).is_empty()) {
            text.push_str(&format!("\n{MARK}{name}\n{}", self.of(name)));
        }
        super::proofs::replace(&self.path, &text)
    }
}

fn parse(text: &str) -> BTreeMap<String, String> {
    let mut sections = BTreeMap::new();
    for section in format!("\n{text}").split(&format!("\n{MARK}")).skip(1) {
        let (name, text) = section.split_once('\n').unwrap_or((section, ""));
        sections.insert(name.trim().to_owned(), format!("{}\n", text.trim_end()));
    }
    sections
}

/// What is told about the criteria that do not hold, under what was believed. Nothing if all hold.
pub(crate) fn section(belief: &str, judged: &[Judged]) -> String {
    let failed: Vec<Judged> = judged.iter().filter(|judged| !judged.verdict.passed()).cloned().collect();
    if failed.is_empty() {
        return String::new();
    }
    let told = anstream::adapter::strip_str(&report::criteria(&failed)).to_string();
    let mut text: String = report::wrap(belief, report::WIDTH, "").into_iter().map(|line| line + "\n").collect();
    if !belief.is_empty() {
        text.push('\n');
    }
    for line in told.trim_end().lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The criteria as they were judged the second time, the third, and so on.
pub(super) fn other_times(judged: &[Judged]) -> impl Iterator<Item = Vec<Judged>> {
    let most = judged.iter().map(|judged| judged.again.len()).max().unwrap_or_default();
    (0..most).map(|time| {
        let then = |judged: &Judged| judged.again.get(time).unwrap_or(judged).clone();
        judged.iter().map(then).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("reports.txt");
        let mut reports = Reports::read(&path).expect("no file is no fault");
        assert_eq!(reports.of("stub"), "");
        reports.set("wrong/b", "belief\n\n     fail  x\n".to_owned());
        reports.set("stub", "unstarted  y\n".to_owned());
        reports.set("solution", String::new());
        reports.set("wrong/gone", "z\n".to_owned());
        reports.write(&["stub", "solution", "wrong/b"]).expect("written");
        let text = std::fs::read_to_string(&path).expect("the file");
        assert_eq!(text, format!("{HEAD}\n== stub\nunstarted  y\n\n== wrong/b\nbelief\n\n     fail  x\n"));
        std::fs::write(&path, text.replace('\n', "\r\n")).expect("another checkout");
        let again = Reports::read(&path).expect("it is there");
        assert_eq!(again.of("wrong/b"), reports.of("wrong/b"));
        assert_eq!((again.of("stub"), again.of("solution")), (reports.of("stub"), ""));
        assert_eq!(again.others(&["stub"]), ["wrong/b"]);
    }
}
