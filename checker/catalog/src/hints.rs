//! Hints: from a nudge to nearly the answer, and one of its own for a criterion.
//!
//! `hints.md` is a list of sections. `## 1`, `## 2` and so on are graded. Every other heading is a criterion's test,
//! as libtest lists it: `## drains`, or `## shutdown::drains`.

use crate::{Error, files};
use std::path::Path;

/// A task's hints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    graded: Vec<Hint>,
    of_criteria: Vec<Hint>,
}

/// One hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// `1`, `2` and so on, or the criterion's test.
    pub name: String,
    /// Markdown.
    pub text: String,
}

impl Hints {
    /// The graded hints, from a nudge to nearly the answer.
    pub fn graded(&self) -> &[Hint] {
        &self.graded
    }

    /// The hints of criteria, in the order of the file.
    pub fn of_criteria(&self) -> &[Hint] {
        &self.of_criteria
    }

    /// The hint of the criterion that this test judges, if it has one of its own.
    pub fn of(&self, test: &str) -> Option<&Hint> {
        self.of_criteria.iter().find(|hint| hint.name == test)
    }

    /// The hint of this name.
    pub fn named(&self, name: &str) -> Option<&Hint> {
        self.graded.iter().chain(&self.of_criteria).find(|hint| hint.name == name)
    }

    pub(crate) fn read(file: &Path) -> Result<Hints, Error> {
        Hints::parse(&files::text(file)?).map_err(|(line, problem)| Error::Hints {
            file: file.into(),
            line,
            problem: problem.into(),
        })
    }

    /// The hints of a text; or what is wrong with it, and in which line.
    fn parse(text: &str) -> Result<Hints, (usize, &'static str)> {
        let mut hints = Hints::default();
        let mut open: Option<(usize, Hint)> = None;
        let mut fenced = false;
        for (index, line) in text.lines().enumerate() {
            fenced ^= line.trim_start().starts_with("```");
            match (line.strip_prefix("## ").filter(|_| !fenced), &mut open) {
                (Some(name), _) => {
                    hints.close(open.take())?;
                    open = Some((index + 1, Hint { name: name.trim().to_owned(), text: String::new() }));
                }
                (None, Some((_, hint))) => hint.text.extend([line, "\n"]),
                (None, None) if line.trim().is_empty() => {}
                (None, None) => return Err((index + 1, "a text under no heading")),
            }
        }
        hints.close(open)?;
        Ok(hints)
    }

    fn close(&mut self, section: Option<(usize, Hint)>) -> Result<(), (usize, &'static str)> {
        let Some((line, mut hint)) = section else { return Ok(()) };
        hint.text = hint.text.trim().to_owned();
        if hint.text.is_empty() {
            return Err((line, "a hint without a text"));
        }
        if self.named(&hint.name).is_some() {
            return Err((line, "a second hint of this name"));
        }
        match hint.name.parse::<usize>() {
            Ok(number) if number == self.graded.len() + 1 => self.graded.push(hint),
            Ok(_) => return Err((line, "graded hints are numbered 1, 2, 3 and so on, in this order")),
            Err(_) => self.of_criteria.push(hint),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(hints: &[Hint]) -> Vec<&str> {
        hints.iter().map(|hint| &hint.name[..]).collect()
    }

    #[test]
    fn graded_ones_and_those_of_criteria() {
        let text = "## 1\n\nA nudge.\n\n## 2\r\n\r\nMore.\r\n\r\n```\n## no heading\n```\n\n## in_order\n\nIts own.\n";
        let hints = Hints::parse(text).expect("sound");
        assert_eq!(names(hints.graded()), ["1", "2"]);
        assert_eq!(names(hints.of_criteria()), ["in_order"]);
        assert_eq!(hints.graded()[1].text, "More.\n\n```\n## no heading\n```");
        assert_eq!(hints.of("in_order").map(|hint| &hint.text[..]), Some("Its own."));
        assert_eq!((hints.of("1"), hints.of("drains")), (None, None));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let problem = |text: &str| Hints::parse(text).expect_err("unsound").0;
        assert_eq!(problem("Hints\n\n## 1\n\nA nudge.\n"), 1);
        assert_eq!(problem("## 1\n\nA nudge.\n\n## 3\n\nMore.\n"), 5);
        assert_eq!(problem("## 1\n\n## 2\n\nMore.\n"), 1);
        assert_eq!(problem("## 1\n\nA nudge.\n## a\n\nIts own.\n## a\n\nTwice.\n"), 7);
    }
}
