//! The learner's report in Markdown, for a pull request or an issue.
//!
//! Whatever came from the learner stands in code, where nothing is a link, a mention or markup: in a span without
//! backticks, or in a block whose fence is longer than any within.

use crate::clean::{lines, plain};
use crate::finish::Page;
use crate::message::{self, Told, counted};
use crate::{Graded, Points, State, Task};
use std::fmt::Write as _;

/// What a report shows of an output, and of the compiler's words, in bytes.
const MOST_OUTPUT: usize = 8 * 1024;

/// The learner's report.
pub(crate) fn report(page: &Page<'_>) -> String {
    let mut text = format!("# Report for {}\n", span(&page.learner.name));
    let possible: Points = page.header.tasks.iter().map(Task::possible).sum();
    let _ = match page.learner.earned() {
        Some(earned) => writeln!(text, "\n{earned} of {possible} points"),
        None => writeln!(text, "\nNo sum: something could not be judged. It is no zero."),
    };
    for ((task, graded), row) in page.header.tasks.iter().zip(&page.graded).zip(&page.learner.rows) {
        let _ = writeln!(text, "\n## {} ({})", task.title, task.id);
        let Some(graded) = graded else {
            let _ = writeln!(text, "\nNot handed in: 0 of {} points.", task.possible());
            continue;
        };
        if let Some(earned) = row.as_ref().and_then(|row| row.earned) {
            let _ = writeln!(text, "\n{earned} of {} points", task.possible());
        }
        of_task(&mut text, page, task, graded);
    }
    text
}

fn of_task(text: &mut String, page: &Page<'_>, task: &Task, graded: &Graded) {
    let reason = graded.reason().unwrap_or_default();
    let _ = match graded.state() {
        State::Infra => writeln!(text, "\nThis could not be judged. It is the grader's fault and no zero."),
        State::Refused => writeln!(text, "\nRefused: {}", span(&reason)),
        State::Graded | State::Missing => Ok(()),
    };
    for note in &graded.notes {
        let _ = writeln!(text, "\nNote: {}", span(note));
    }
    let told = message::told(&task.criteria, graded, page.reveal);
    if graded.state() == State::Graded {
        criteria(text, &told, message::unseen(&task.criteria, page.reveal));
    }
    block(text, "The compiler says", &graded.compiler);
}

fn criteria(text: &mut String, told: &[Told<'_>], unseen: usize) {
    if !told.is_empty() {
        text.push_str("\n| Verdict | Criterion | Points |\n|---|---|---|\n");
    }
    for told in told {
        let earned = if told.verdict.passed() { told.asked.points } else { Points::ZERO };
        let word = if told.verdict.passed() { "ok" } else { told.verdict.kind.name() };
        let sentence = plain(&told.asked.sentence).replace('|', "\\|");
        let _ = writeln!(text, "| {word} | {sentence} | {earned} of {} |", told.asked.points);
    }
    if unseen > 0 {
        let _ =
            writeln!(text, "\n{} not shown.", counted(unseen, "criterion") + if unseen == 1 { " is" } else { " are" });
    }
    for broken in told.iter().filter(|told| !told.verdict.passed()) {
        let _ = writeln!(text, "\n### {}: {}", broken.verdict.kind, plain(&broken.asked.sentence));
        match broken.as_above {
            Some(place) => {
                let _ = writeln!(text, "\nAs above: {}", plain(&told[place].asked.sentence));
            }
            None => fenced(text, &message::text(&message::findings(broken.asked, broken.verdict))),
        }
        block(text, "Printed", broken.output);
    }
}

/// Something long in a fold.
fn block(text: &mut String, what: &str, content: &str) {
    let content = lines(content, MOST_OUTPUT);
    if !content.is_empty() {
        let _ = write!(text, "\n<details><summary>{what}</summary>\n");
        fenced(text, &content);
        text.push_str("\n</details>\n");
    }
}

/// A block of code whose fence is longer than any run of backticks within.
fn fenced(text: &mut String, content: &str) {
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(text, "\n{fence}text\n{content}\n{fence}");
}

/// A line of code, without backticks of its own.
fn span(content: &str) -> String {
    format!("`{}`", message::short(content).replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_out_of_code() {
        assert_eq!(span("`[x](https://example.org) @all\n# y"), "`'[x](https://example.org) @all # y`");
        let mut text = String::new();
        fenced(&mut text, "a\n````\n</details>");
        assert_eq!(text, "\n`````text\na\n````\n</details>\n`````\n");
    }
}
