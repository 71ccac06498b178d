//! What a learner is told about a criterion that does not hold: the parts of the checker's own report.

use crate::clean::{cut_middle, plain};
use crate::{Asked, Graded, Visibility};
use verdict::{Kind, Verdict};

/// A message shows this many particulars; a model's steps are told whole, within reason.
const MOST_EVIDENCE: usize = 5;
const MOST_STEPS: usize = 200;
/// What a part may have, in bytes.
const MOST_PART: usize = 4 * 1024;
/// The column of a label in text.
const LABEL: usize = 9;
const WIDTH: usize = 80;

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// `asked`, `seen`, `where` or `usually`; nothing for particulars.
    pub(crate) label: &'static str,
    /// One line; everything in it is harmless as text.
    pub(crate) text: String,
}

/// The message: what was asked, what was seen with its particulars, where, and the usual cause.
pub(crate) fn parts(asked: &Asked, verdict: &Verdict) -> Vec<Part> {
    let sentence = Part { label: "asked", text: plain(&asked.sentence) };
    std::iter::once(sentence).chain(findings(asked, verdict)).collect()
}

/// The message where what was asked stands above it already.
pub(crate) fn findings(asked: &Asked, verdict: &Verdict) -> Vec<Part> {
    let part = |label, text: &str| Part { label, text: cut_middle(&plain(text), MOST_PART).replace('\n', " ") };
    let mut parts = Vec::new();
    if !verdict.seen.is_empty() {
        parts.push(part("seen", &verdict.seen));
    }
    let (mark, most) = if asked.model { ("", MOST_STEPS) } else { ("- ", MOST_EVIDENCE) };
    for line in verdict.evidence.iter().take(most) {
        parts.push(part("", &format!("{mark}{line}")));
    }
    if let Some(more) = verdict.evidence.len().checked_sub(most).filter(|more| *more > 0) {
        parts.push(part("", &format!("{mark}… and {more} more")));
    }
    if let Some(site) = &verdict.at {
        parts.push(part("where", &site.to_string()));
    }
    // How a `todo!()` usually comes about is no news.
    if let Some(cause) = verdict.usually.as_ref().filter(|_| verdict.kind != Kind::Unstarted) {
        parts.push(part("usually", cause));
    }
    parts
}

/// Parts as lines of at most 80 columns.
pub(crate) fn text(parts: &[Part]) -> String {
    let mut lines = Vec::new();
    for part in parts {
        let open = format!("{:LABEL$}", part.label);
        let hanging = " ".repeat(if part.label.is_empty() { LABEL + 2 } else { LABEL });
        let options = textwrap::Options::new(WIDTH)
            .initial_indent(&open)
            .subsequent_indent(&hanging)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        lines.extend(textwrap::wrap(&part.text, options).into_iter().map(|line| line.into_owned()));
    }
    lines.join("\n")
}

/// A criterion as a report tells it.
pub(crate) struct Told<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) verdict: &'a Verdict,
    pub(crate) output: &'a str,
    /// The earlier criterion, by its place, whose message says the same.
    pub(crate) as_above: Option<usize>,
}

/// The criteria of a task that a learner may see, in the order in which they are asked. A message that several share
/// is told with the first of them.
pub(crate) fn told<'a>(asked: &'a [Asked], graded: &'a Graded, reveal: Visibility) -> Vec<Told<'a>> {
    let mut told: Vec<Told<'_>> = Vec::new();
    for asked in asked.iter().filter(|asked| asked.visibility <= reveal) {
        let Some(criterion) = graded.criterion(&asked.test) else { continue };
        let verdict = &criterion.verdict;
        let same = |earlier: &Told<'_>| earlier.as_above.is_none() && says_the_same(earlier.verdict, verdict);
        let as_above = if verdict.passed() { None } else { told.iter().position(same) };
        told.push(Told { asked, verdict, output: &criterion.output, as_above });
    }
    told
}

/// How many criteria of a task a learner does not see.
pub(crate) fn unseen(asked: &[Asked], reveal: Visibility) -> usize {
    asked.iter().filter(|asked| asked.visibility > reveal).count()
}

/// Whether two messages tell a learner the same, as the checker's report has it: tasks that are stuck or left in the
/// same places, for the same cause, are the same finding, whichever line of the tests waits for them.
fn says_the_same(told: &Verdict, verdict: &Verdict) -> bool {
    let particulars = |verdict: &Verdict| {
        let mut evidence = verdict.evidence.clone();
        evidence.sort();
        (verdict.kind, verdict.at.clone(), verdict.usually.clone(), evidence)
    };
    told == verdict || (!told.evidence.is_empty() && particulars(told) == particulars(verdict))
}

/// `1 task`, `5 tasks`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    match (count, what) {
        (1, _) => format!("1 {what}"),
        (_, "criterion") => format!("{count} criteria"),
        _ => format!("{count} {what}s"),
    }
}

/// A name, a note or a reason: one line of at most 300 characters.
pub(crate) fn short(text: &str) -> String {
    crate::clean::cut(&plain(text), 300)
}
