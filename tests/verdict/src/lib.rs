//! What the run of one criterion can end in, and the supervisor that finds out.
//!
//! A criterion is judged in a process of its own. The [supervisor](supervise::judge) writes a one-time
//! nonce down a private socket before the process starts; the harness inside reads it before any learner
//! code runs and answers with the nonce and a [`Verdict`]. Neither exit code nor output ever decides: a
//! process that ends without that answer has failed.
//!
//! The crate is shared by the harness (a test run by hand supervises itself) and the checker, so that both
//! come to the same verdict.

pub mod busy;
pub mod opaque;
pub mod supervise;

mod keeper;
mod order;
mod trace;

pub use keeper::Keeper;
pub use order::{Order, Programs};
pub use trace::{Bound, Left, Moment, Trace};

use serde::{Deserialize, Serialize};
use std::fmt;

/// Everything a criterion's run can end in. The set is closed: reports, JSON and `//! Caught by` use these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The criterion holds.
    Pass,
    /// A value, an order, a count or a virtual time is not what the criterion asks.
    Fail,
    /// Everything is parked and nothing can move any more: a deadlock, or an output that never ends.
    Stuck,
    /// Tasks, blocking work or threads outlive what they worked for.
    Leak,
    /// A bound on concurrency or on buffered items is broken.
    Bound,
    /// One poll held the runtime's thread.
    Blocked,
    /// A task is polled again and again without anything moving.
    Spin,
    /// The run took longer than its deadline and none of the above explains it.
    Timeout,
    /// More memory than the criterion allows.
    Memory,
    /// More output than a test may print.
    Output,
    /// The code panicked, aborted, overflowed its stack or ended the process.
    Crash,
    /// The code does not compile, or not with the public signatures that the tests use.
    Build,
    /// The grader's own fault, or a service that is missing: never counted against the learner.
    Infra,
    /// A construct that the brief forbids.
    Rule,
    /// An untouched `todo!()`.
    Unstarted,
}

impl Kind {
    /// All kinds, in the order in which they are documented.
    pub const ALL: [Kind; 15] = [
        Kind::Pass,
        Kind::Fail,
        Kind::Stuck,
        Kind::Leak,
        Kind::Bound,
        Kind::Blocked,
        Kind::Spin,
        Kind::Timeout,
        Kind::Memory,
        Kind::Output,
        Kind::Crash,
        Kind::Build,
        Kind::Infra,
        Kind::Rule,
        Kind::Unstarted,
    ];

    /// The word that stands for this kind in reports, in JSON and in `//! Caught by`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Pass => "pass",
            Kind::Fail => "fail",
            Kind::Stuck => "stuck",
            Kind::Leak => "leak",
            Kind::Bound => "bound",
            Kind::Blocked => "blocked",
            Kind::Spin => "spin",
            Kind::Timeout => "timeout",
            Kind::Memory => "memory",
            Kind::Output => "output",
            Kind::Crash => "crash",
            Kind::Build => "build",
            Kind::Infra => "infra",
            Kind::Rule => "rule",
            Kind::Unstarted => "unstarted",
        }
    }

    /// The kind with this [name](Kind::name).
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A line of source code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The path, shortened to begin at `src/` or at the test's file name.
    pub file: String,
    /// The line, from 1; 0 where it is not told.
    pub line: u32,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// One run of one item through the work probe: a bar in the swim-lane picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The probe's name, such as `work`.
    pub probe: String,
    /// The item.
    pub item: u64,
    /// The lane: tasks are numbered in the order in which they first worked.
    pub lane: usize,
    /// Virtual time at the start, in microseconds since the test began.
    pub start: u64,
    /// Virtual time at the end, in microseconds since the test began.
    pub end: u64,
    /// Whether the work ran to its end; a cancelled or panicking run did not.
    pub finished: bool,
}

/// The answer for one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What the run ended in.
    pub kind: Kind,
    /// What was seen, in a sentence or two; empty on a pass.
    #[serde(default)]
    pub seen: String,
    /// Particulars, a line each: tasks, items, loom's steps.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Where in the subject's code.
    #[serde(default)]
    pub at: Option<Site>,
    /// The usual cause, in the field's terms.
    #[serde(default)]
    pub usually: Option<String>,
    /// What the work probes saw: the swim lanes.
    #[serde(default)]
    pub spans: Vec<Span>,
    /// What the picture shows beside them.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub trace: Box<Trace>,
}

#[expect(clippy::borrowed_box, reason = "serde hands over the field's own type")]
fn is_empty(trace: &Box<Trace>) -> bool {
    trace.is_empty()
}

impl Verdict {
    /// A verdict that says what was seen and no more.
    pub fn new(kind: Kind, seen: impl Into<String>) -> Verdict {
        Verdict {
            kind,
            seen: seen.into(),
            evidence: Vec::new(),
            at: None,
            usually: None,
            spans: Vec::new(),
            trace: Box::default(),
        }
    }

    /// The criterion holds.
    pub fn pass() -> Verdict {
        Verdict::new(Kind::Pass, "")
    }

    /// Adds the usual cause.
    #[must_use]
    pub fn usually(mut self, cause: impl Into<String>) -> Verdict {
        self.usually = Some(cause.into());
        self
    }

    /// Adds the place in the subject's code.
    #[must_use]
    pub fn at(mut self, site: Option<Site>) -> Verdict {
        self.at = site;
        self
    }

    /// Adds a line of evidence.
    #[must_use]
    pub fn with(mut self, line: impl Into<String>) -> Verdict {
        self.evidence.push(line.into());
        self
    }

    /// Whether the criterion holds.
    pub fn passed(&self) -> bool {
        self.kind == Kind::Pass
    }

    /// The message in labelled parts, `seen`, `where`, `usually`: what every report prints, in this order.
    pub fn parts(&self) -> Vec<(&'static str, String)> {
        let mut parts = Vec::new();
        if !self.seen.is_empty() {
            parts.push(("seen", self.seen.clone()));
        }
        for line in self.evidence.iter().take(MOST_EVIDENCE) {
            parts.push(("", line.clone()));
        }
        if self.evidence.len() > MOST_EVIDENCE {
            parts.push(("", format!("… and {} more", self.evidence.len() - MOST_EVIDENCE)));
        }
        if let Some(site) = &self.at {
            parts.push(("where", site.to_string()));
        }
        if let Some(cause) = &self.usually {
            parts.push(("usually", cause.clone()));
        }
        parts
    }
}

/// A message shows this many lines of evidence, and so has ten at most: beyond that it is a dump, not a message.
const MOST_EVIDENCE: usize = 5;

impl fmt::Display for Verdict {
    /// The message as `cargo test` shows it when a test is run by hand.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        for (label, text) in self.parts() {
            write!(f, "\n  {label:<8} {text}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert_eq!(Kind::named("green"), None);
    }

    #[test]
    fn a_long_list_of_evidence_is_cut() {
        let mut verdict = Verdict::new(Kind::Leak, "900 tasks are left");
        for task in 0..900 {
            verdict = verdict.with(format!("task {task}"));
        }
        let verdict =
            verdict.usually("a sender that nobody drops").at(Some(Site { file: "src/lib.rs".to_owned(), line: 7 }));
        let text = verdict.to_string();
        assert_eq!(text.lines().count(), 10, "{text}");
        assert!(text.contains("… and 895 more"), "{text}");
    }
}
