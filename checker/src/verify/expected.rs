//! What a subject must do, and what is not so.

use crate::judge::{Judged, Outcome};
use std::collections::BTreeSet;
use verdict::Kind;

/// What a subject must do.
pub(crate) enum Expected {
    Unstarted,
    Passes,
    /// By exactly these criteria, with these verdicts.
    Caught(Vec<(String, Kind)>),
}

impl Expected {
    /// What is not as expected.
    pub(crate) fn hold(&self, outcome: &Outcome) -> Vec<String> {
        let mut problems = Vec::new();
        if outcome.warnings > 0 && !matches!(self, Expected::Caught(_)) {
            problems.push(format!("{} compiler warnings", outcome.warnings));
        }
        let judged = || outcome.judged.iter().map(|judged| (judged.criterion.test.as_str(), &judged.verdict));
        if let Some((_, verdict)) = judged().find(|(_, verdict)| verdict.kind == Kind::Build) {
            return vec![verdict.to_string()]; // The same for every criterion.
        }
        for judged in &outcome.judged {
            let kind = |judged: &Judged| judged.verdict.kind;
            if let Some(other) = judged.again.iter().map(kind).find(|other| *other != kind(judged)) {
                problems.push(format!("{} ends in {} or in {other}", judged.criterion.test, kind(judged)));
            }
        }
        match self {
            Expected::Unstarted => {
                for (test, verdict) in judged().filter(|(_, verdict)| verdict.kind != Kind::Unstarted) {
                    problems.push(format!("{test} should be unstarted: {verdict}"));
                }
            }
            Expected::Passes => {
                for (test, verdict) in judged().filter(|(_, verdict)| !verdict.passed()) {
                    problems.push(format!("{test} should pass: {verdict}"));
                }
            }
            Expected::Caught(caught_by) => {
                let named: BTreeSet<(&str, Kind)> =
                    caught_by.iter().map(|(test, kind)| (test.as_str(), *kind)).collect();
                let seen: BTreeSet<(&str, Kind)> = judged()
                    .filter(|(_, verdict)| !verdict.passed())
                    .map(|(test, verdict)| (test, verdict.kind))
                    .collect();
                for (test, kind) in named.difference(&seen) {
                    problems.push(format!("{test} should end in {kind}"));
                }
                for (test, verdict) in
                    judged().filter(|(test, verdict)| !verdict.passed() && !named.contains(&(test, verdict.kind)))
                {
                    problems.push(format!("{test} is not named: {verdict}"));
                }
            }
        }
        problems
    }
}
