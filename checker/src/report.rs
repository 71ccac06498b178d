//! Reports, as a person likes to read them: in 80 columns, with and without colour, and piped.

use crate::judge::Judged;
use anstyle::{AnsiColor, Style};
use catalog::Task;
use std::fmt::Write;
use verdict::{Kind, Verdict};

pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default();
pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();

const WIDTH: usize = 80;
/// The margin of a message, as wide as a verdict's column.
const MARGIN: usize = 11;

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
        let telling = !judged.verdict.passed() && !told.contains(&&judged.verdict);
        line(&mut text, judged, telling);
        if telling {
            message(&mut text, judged);
            told.push(&judged.verdict);
        }
    }
    text
}

/// The sum.
pub(crate) fn sum(judged: &[Judged]) -> String {
    let passed = judged.iter().filter(|judged| judged.verdict.passed()).count();
    let style = if passed == judged.len() { GREEN } else { BOLD };
    format!("\n{style}{passed} of {} criteria hold.{style:#}\n", judged.len())
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
    let statement = judged.criterion.statement.replace('`', "");
    let mut lines = wrapped(&statement);
    if !telling && lines.len() > 1 {
        lines = textwrap::wrap(&statement, WIDTH - MARGIN - 2)
            .into_iter()
            .take(1)
            .map(|line| format!("{line} …"))
            .collect();
    }
    let _ = writeln!(text, "{style}{word:>9}{style:#}  {}", lines.first().map_or("", String::as_str));
    for more in lines.iter().skip(1) {
        let _ = writeln!(text, "{:MARGIN$}{more}", "");
    }
}

fn message(text: &mut String, judged: &Judged) {
    for (label, part) in judged.verdict.parts() {
        for (index, line) in wrapped_beside(&part).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let _ = writeln!(text, "{:MARGIN$}{CYAN}{label:<8}{CYAN:#}{line}", "");
        }
    }
    if matches!(judged.verdict.kind, Kind::Fail | Kind::Output | Kind::Crash) && !judged.output.trim().is_empty() {
        let lines: Vec<&str> = judged.output.lines().collect();
        let last = lines.len().saturating_sub(3);
        for line in &lines[last..] {
            let line: String = line.chars().take(WIDTH - MARGIN - 8).filter(|c| !c.is_control()).collect();
            let _ = writeln!(text, "{:MARGIN$}{DIM}printed {line}{DIM:#}", "");
        }
    }
}

/// Text under a verdict's column.
pub(crate) fn wrapped(text: &str) -> Vec<String> {
    textwrap::wrap(text, WIDTH - MARGIN).into_iter().map(Into::into).collect()
}

/// Text beside a label.
fn wrapped_beside(text: &str) -> Vec<String> {
    textwrap::wrap(text, WIDTH - MARGIN - 8).into_iter().map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    // Whole reports for each verdict kind are held in `tests/reports.rs`.
    use super::wrapped;

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let text = "word ".repeat(100);
        assert!(wrapped(&text).iter().all(|line| line.len() + super::MARGIN <= super::WIDTH));
    }
}
