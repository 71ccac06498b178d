//! Proves the detectors, each through the real mechanism: a criterion judged in a process of its own.
//!
//! The learner's code is under `tests/subjects/`. Each module here has criteria on it, those that hold in
//! `right` and those that must not in `wrong`, and for every wrong one a test of the same name that reads the
//! verdict closely. Run by hand, a `wrong` criterion panics as its supervised child's verdict asks, which is
//! what its `should_panic` says; so each of them also proves the way by hand.
//!
//! A line is never numbered here: `[name]` stands for the line of a subject that ends in `// [name]`, or for the
//! one below a line that is nothing else.
#![expect(clippy::disallowed_methods, reason = "the subjects do what a pipeline must not")]

mod attempts;
mod blocked;
mod bounds;
mod by_hand;
mod hostile;
mod items;
mod leaks;
mod panics;
mod quiet;
mod real;
mod repeats;
mod spins;
mod stuck;
mod traces;

use std::path::Path;
use std::time::Duration;
use verdict::supervise::{self, Judged, Run};
use verdict::{Kind, Order, Site};

/// Long enough for every watchdog, and for a machine that has better to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// Judges one of this binary's criteria, such as `leaks::wrong::sleeper`.
fn judge(test: &str, order: &Order) -> Judged {
    let binary = std::env::current_exe().expect("the test's own path is known");
    supervise::judge(Run { binary: &binary, test, deadline: PATIENCE, order, keeper: None })
}

/// The verdict on a wrong criterion, such as `wrong("leaks", "sleeper")`, and whether it says what it should.
fn wrong(module: &str, name: &str) -> Found {
    let judged = judge(&format!("{module}::wrong::{name}"), &Order::default());
    let message = judged.verdict.to_string();
    assert!(message.lines().count() <= 10, "a message has at most ten lines:\n{message}");
    for noise in ["{{", "closure", "::h0", "/src/", "<"] {
        assert!(!message.contains(noise), "{noise:?} is noise in a message:\n{message}");
    }
    Found(judged)
}

struct Found(Judged);

impl Found {
    #[track_caller]
    fn check(self, holds: bool, expected: &str) -> Found {
        assert!(holds, "expected {expected}\n{}\nprinted:\n{}\nin {:?}", self.0.verdict, self.0.output, self.0.took);
        self
    }

    #[track_caller]
    fn kind(self, kind: Kind) -> Found {
        let holds = self.0.verdict.kind == kind;
        self.check(holds, kind.name())
    }

    #[track_caller]
    fn seen(self, words: &str) -> Found {
        let words = expand(words);
        let holds = self.0.verdict.seen.contains(&words);
        self.check(holds, &format!("seen: {words}"))
    }

    #[track_caller]
    fn at(self, marker: &str) -> Found {
        let site = site(marker);
        let holds = self.0.verdict.at.as_ref() == Some(&site);
        self.check(holds, &format!("where: {site}"))
    }

    /// One of the lines of evidence is this, from end to end.
    #[track_caller]
    fn evidence(self, line: &str) -> Found {
        let line = expand(line);
        let holds = self.0.verdict.evidence.contains(&line);
        self.check(holds, &format!("evidence: {line}"))
    }

    #[track_caller]
    fn usually(self, words: &str) -> Found {
        let holds = self.0.verdict.usually.as_ref().is_some_and(|cause| cause.contains(words));
        self.check(holds, &format!("usually: {words}"))
    }

    /// Decided within this much real time.
    #[track_caller]
    fn within(self, time: Duration) -> Found {
        let holds = self.0.took < time;
        self.check(holds, &format!("a verdict within {time:?}"))
    }
}

/// Writes `file:line` for each `[marker]`.
fn expand(text: &str) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, (marker, after))) = rest.split_once('[').and_then(|(b, r)| Some((b, r.split_once(']')?))) {
        expanded += before;
        // `[12]` is an item in a list, not a marker.
        expanded += &if marker.parse::<u64>().is_ok() { format!("[{marker}]") } else { site(marker).to_string() };
        rest = after;
    }
    expanded + rest
}

/// The line of a subject that ends in `// [marker]`, or that stands below it.
fn site(marker: &str) -> Site {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/subjects");
    let mut found = Vec::new();
    for entry in folder.read_dir().expect("the subjects are there").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a subject is text");
        let file = entry.file_name().to_string_lossy().into_owned();
        let ending = format!("// [{marker}]");
        let lines = text.lines().zip(1..).filter(|(line, _)| line.trim_end().ends_with(&ending));
        found.extend(
            lines.map(|(text, line)| Site { file: file.clone(), line: line + u32::from(text.trim() == ending) }),
        );
    }
    assert_eq!(found.len(), 1, "[{marker}] marks one line of one subject");
    found.remove(0)
}

/// The names of this binary's tests.
fn names() -> Vec<String> {
    let binary = std::env::current_exe().expect("the test's own path is known");
    let list = std::process::Command::new(binary).args(["--list", "--format", "terse"]).output().expect("it starts");
    let text = String::from_utf8(list.stdout).expect("names are text");
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[test]
fn every_wrong_criterion_has_its_verdict_read() {
    let names = names();
    let wrong: Vec<&String> = names.iter().filter(|name| name.contains("::wrong::")).collect();
    assert!(wrong.len() > 40, "{wrong:?}");
    for name in wrong {
        let reader = name.replace("::wrong::", "::");
        assert!(names.contains(&reader), "{name} wants a test {reader}");
    }
}
