//! Reports, as a person likes to read them: in 80 columns, with and without colour, and piped.

use crate::judge::Judged;
use crate::style::{BOLD, CYAN, DIM, GREEN, RED, YELLOW};
use anstyle::Style;
use catalog::Task;
use std::fmt::Write;
use verdict::{Kind, Verdict};

pub(crate) const WIDTH: usize = 80;
/// The margin of a message, as wide as a verdict's column.
const MARGIN: usize = 11;
/// The column of `seen`, `where` and `usually`.
const LABEL: usize = 8;
/// What is left beside a label.
const BESIDE: usize = WIDTH - MARGIN - LABEL;
/// A message has no more lines than this: beyond, it is a dump.
const MOST_LINES: usize = 10;
const MOST_SEEN: usize = 4;
const MOST_PRINTED: usize = 3;

/// `1 task`, `5 tasks`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The head of a report: the task, whose code, and the compiler's words about it.
pub(crate) fn head(task: &Task, who: &str, compiler: &str) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "\n{BOLD}{} {}{BOLD:#}{DIM}, {who}{DIM:#}\n", task.id(), task.metadata().title);
    if !compiler.is_empty() {
        let _ = writeln!(text, "{}\n", compiler.trim_end());
    }
    text
}

/// The criteria. Broken ones come with their message; a message that several share is printed once, with the first
/// of them.
pub(crate) fn criteria(judged: &[Judged]) -> String {
    let mut text = String::new();
    let mut told: Vec<&Verdict> = Vec::new();
    for judged in judged {
        let telling = !judged.verdict.passed() && !told.iter().any(|told| says_the_same(told, &judged.verdict));
        line(&mut text, judged, telling);
        if telling {
            message(&mut text, judged);
            told.push(&judged.verdict);
        }
    }
    text
}

/// Whether two messages tell a learner the same. Tasks that are stuck or left in the same places, for the same
/// cause, are the same finding, whichever line of the tests waits for them.
fn says_the_same(told: &Verdict, verdict: &Verdict) -> bool {
    let particulars =
        |verdict: &Verdict| (verdict.kind, verdict.at.clone(), verdict.usually.clone(), verdict.evidence.clone());
    told == verdict || (!told.evidence.is_empty() && particulars(told) == particulars(verdict))
}

/// The sum.
pub(crate) fn sum(judged: &[Judged]) -> String {
    let passed = judged.iter().filter(|judged| judged.verdict.passed()).count();
    let style = if passed == judged.len() { GREEN } else { BOLD };
    format!("\n{style}{passed} of {} criteria hold.{style:#}\n", judged.len())
}

/// How to judge again only the first criterion that is broken, where that is more than was asked for and says
/// something new: what does not compile or is not written yet is the same for all.
pub(crate) fn again(judged: &[Judged], command: &str) -> Option<String> {
    let first = first_of_its_own(judged).filter(|_| judged.len() > 1)?;
    let test = &first.criterion.test;
    Some(format!("{DIM}the first that does not, alone:\n  {command} --only {test}{DIM:#}\n"))
}

/// The first criterion that fails for a reason of its own: what does not compile, is forbidden or is not written yet
/// says nothing about one criterion.
pub(crate) fn first_of_its_own(judged: &[Judged]) -> Option<&Judged> {
    let alike = |kind| matches!(kind, Kind::Pass | Kind::Build | Kind::Infra | Kind::Rule | Kind::Unstarted);
    judged.iter().find(|judged| !alike(judged.verdict.kind))
}

/// `  leak     When the output is dropped, …`; in one line, unless there is something to tell about it.
fn line(text: &mut String, judged: &Judged, telling: bool) {
    let kind = judged.verdict.kind;
    let (style, word) = match kind {
        Kind::Pass => (GREEN, "ok"),
        Kind::Infra => (YELLOW, kind.name()),
        Kind::Unstarted => (CYAN, kind.name()),
        _ => (RED, kind.name()),
    };
    // What is not built or not written is not worth a reference on each line.
    let shared = !telling && !matches!(kind, Kind::Pass | Kind::Build | Kind::Unstarted);
    let reference = " (as above)";
    let room = WIDTH - MARGIN - if shared { reference.len() } else { 0 };
    let statement = plain(&judged.criterion.statement.replace('`', ""));
    let mut lines = wrap(&statement, room, "");
    if !telling && lines.len() > 1 {
        lines = wrap(&statement, room - 2, "");
        lines.truncate(1);
        lines[0] += " …";
    }
    let _ = write!(text, "{style}{word:>9}{style:#}  {}", lines[0]);
    let _ = if shared { writeln!(text, "{DIM}{reference}{DIM:#}") } else { writeln!(text) };
    for more in lines.iter().skip(1) {
        let _ = writeln!(text, "{:MARGIN$}{more}", "");
    }
}

/// At most [`MOST_LINES`] under a criterion: what was seen, the particulars, where, the usual cause, and what the
/// test printed. Particulars that do not fit are counted. A model's message is longer: its steps.
fn message(text: &mut String, judged: &Judged) {
    tell(text, &judged.verdict, &judged.output, judged.criterion.model);
}

fn tell(text: &mut String, verdict: &Verdict, output: &str, model: bool) {
    let mut seen = if verdict.seen.is_empty() { Vec::new() } else { wrap(&plain(&verdict.seen), BESIDE, "") };
    if seen.len() > MOST_SEEN {
        seen = wrap(&plain(&verdict.seen), BESIDE - 2, "");
        seen.truncate(MOST_SEEN);
        seen[MOST_SEEN - 1] += " …";
    }
    let place = verdict.at.as_ref().map(ToString::to_string);
    // How a `todo!()` usually comes about is no news.
    let cause = verdict.usually.as_ref().filter(|_| verdict.kind != Kind::Unstarted);
    let cause = cause.map_or_else(Vec::new, |cause| wrap(&plain(cause), BESIDE, ""));
    let printed = printed(verdict.kind, output);

    let others = seen.len() + usize::from(place.is_some()) + cause.len() + printed.len();
    // A model's steps are a table of their own, and its end is what matters: it is told whole.
    let (mark, room) = if model { ("", usize::MAX) } else { ("- ", MOST_LINES.saturating_sub(others)) };
    let particulars = particulars(&verdict.evidence, mark, room);

    part(text, "seen", &seen, CYAN);
    part(text, "", &particulars, CYAN);
    part(text, "where", place.as_slice(), CYAN);
    part(text, "usually", &cause, CYAN);
    part(text, "printed", &printed, DIM);
}

/// What stands for a whole run: seen, where and the usual cause, and the last lines that were printed.
pub(crate) fn finding(verdict: &Verdict, output: &str) -> String {
    let mut text = String::new();
    tell(&mut text, verdict, output, false);
    text
}

fn part(text: &mut String, label: &str, lines: &[String], style: Style) {
    for (index, line) in lines.iter().enumerate() {
        let _ = if index == 0 && !label.is_empty() {
            writeln!(text, "{:MARGIN$}{style}{label:<LABEL$}{style:#}{line}", "")
        } else {
            writeln!(text, "{:MARGIN$}{:LABEL$}{line}", "", "")
        };
    }
}

/// The particulars in `room` lines. What does not fit is counted.
fn particulars(evidence: &[String], mark: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, particular) in evidence.iter().enumerate() {
        let wrapped = wrap(&format!("{mark}{}", plain(particular)), BESIDE, "  ");
        let for_the_count = usize::from(index + 1 < evidence.len());
        if lines.len() + wrapped.len() + for_the_count > room {
            lines.push(format!("{mark}… and {} more", evidence.len() - index));
            break;
        }
        lines.extend(wrapped);
    }
    lines
}

/// The last lines that the test printed, where they may tell what went on.
fn printed(kind: Kind, output: &str) -> Vec<String> {
    if !matches!(kind, Kind::Fail | Kind::Output | Kind::Crash) {
        return Vec::new();
    }
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.len().saturating_sub(MOST_PRINTED);
    lines[last..].iter().map(|line| cut(&plain(line), BESIDE)).collect()
}

/// Text under a verdict's column.
pub(crate) fn wrapped(text: &str) -> Vec<String> {
    wrap(text, WIDTH - MARGIN, "")
}

/// Lines of at most `width` columns, at least one. Neither a path nor an option is broken at its dashes.
pub(crate) fn wrap(text: &str, width: usize, hanging: &str) -> Vec<String> {
    let options =
        textwrap::Options::new(width).subsequent_indent(hanging).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(Into::into).collect()
}

/// Without what a terminal would obey: the text may hold what a learner's code said.
pub(crate) fn plain(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The first `width` columns.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if textwrap::core::display_width(text) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if textwrap::core::display_width(&cut) + 2 > width - 1 {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}

#[cfg(test)]
mod tests;
