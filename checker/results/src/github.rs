//! Annotations for GitHub: workflow commands that a step prints.
//!
//! The runner obeys a line that opens with `::`, and, for old commands, `##[` wherever it stands. Each annotation is
//! one line, whose parts are escaped as the runner's toolkit does it. What learners' code printed is not in it at all.

use crate::clean::{cut, plain};
use crate::finish::Page;
use crate::message::{self, Part};
use crate::{Asked, Graded, State, Task};
use verdict::Verdict;

/// What a message may have, in characters. GitHub shows a few lines.
const MOST: usize = 2_000;

/// The learner's annotations, a line each.
pub(crate) fn text(page: &Page<'_>) -> String {
    let mut text = String::new();
    for (task, graded) in page.header.tasks.iter().zip(&page.graded) {
        let Some(graded) = graded else { continue };
        let reason = || graded.reason().unwrap_or_default();
        match graded.state() {
            State::Infra => {
                let words = "this could not be judged; it is the grader's fault and no zero";
                text += &command("warning", None, &task.title, words);
            }
            State::Refused => text += &command("error", None, &task.title, &format!("refused: {}", plain(&reason()))),
            State::Graded | State::Missing => text += &broken(page, task, graded),
        }
    }
    text
}

fn broken(page: &Page<'_>, task: &Task, graded: &Graded) -> String {
    let told = message::told(&task.criteria, graded, page.reveal);
    let lines = told.iter().filter(|told| !told.verdict.passed() && told.as_above.is_none());
    lines.map(|told| one(task, told.asked, told.verdict)).collect()
}

fn one(task: &Task, asked: &Asked, verdict: &Verdict) -> String {
    // A line of the tests is not the learner's.
    let own = verdict.at.as_ref().filter(|site| site.file.starts_with("src/") && !site.file.contains(".."));
    let place = own.map(|site| (format!("{}/{}", task.folder, site.file), site.line));
    let parts = message::parts(asked, verdict);
    let lines: Vec<String> = parts.iter().filter(|part| part.label != "where").map(line).collect();
    let title = format!("{}: {}", task.title, verdict.kind);
    command("error", place, &title, &lines.join("\n"))
}

fn line(part: &Part) -> String {
    if part.label.is_empty() { part.text.clone() } else { format!("{}: {}", part.label, part.text) }
}

/// A workflow command and its line feed.
fn command(level: &str, place: Option<(String, u32)>, title: &str, message: &str) -> String {
    let place = place.map(|(file, line)| format!("file={},line={line},", property(&file))).unwrap_or_default();
    format!("::{level} {place}title={}::{}\n", property(title), data(&cut(message, MOST)))
}

/// As the toolkit's `escapeData`; and nothing that opens a command of the old kind.
fn data(text: &str) -> String {
    text.replace("##[", "## [").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As the toolkit's `escapeProperty`.
fn property(text: &str) -> String {
    data(&plain(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_annotation_is_one_command() {
        let place = Some(("exercises/a,b:c/src/lib.rs".to_owned(), 7));
        let line = command("error", place, "50%, ok: yes\r\n::error::x", "a%\r\n::set-env name=x::y\n##[error]z");
        assert_eq!(
            line,
            "::error file=exercises/a%2Cb%3Ac/src/lib.rs,line=7,title=50%25%2C ok%3A yes  %3A%3Aerror%3A%3Ax::\
             a%25%0D%0A::set-env name=x::y%0A## [error]z\n"
        );
    }
}
