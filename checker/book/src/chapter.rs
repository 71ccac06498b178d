//! One chapter: its directives carried out, all else untouched.

use crate::directive::{self, Directive};
use crate::{figure, listing, output};
use catalog::{Task, Workbook, resolve};
use std::fmt::{self, Display};
use std::fs;
use std::path::{Path, PathBuf};

/// What chapters are made from.
pub(crate) struct Material {
    pub(crate) workbook: Workbook,
    pub(crate) tasks: Vec<Task>,
    /// The folder of the chapters.
    pub(crate) chapters: PathBuf,
}

/// A directive that cannot be carried out.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The chapter's file, relative to the folder of the chapters.
    pub chapter: String,
    /// The line, from 1.
    pub line: usize,
    /// The line's text.
    pub directive: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused { chapter, line, directive, problem } = self;
        write!(f, "{chapter}:{line}: {directive}\n    {problem}")
    }
}

/// A chapter's text with its directives carried out.
pub(crate) fn rewritten(text: &str, chapter: &str, material: &Material, refused: &mut Vec<Refused>) -> String {
    let mut code = Code::default();
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.lines().enumerate() {
        let found = if code.holds(line) { None } else { directive::read(line) };
        match found.map(|directive| directive.and_then(|directive| material.carried_out(&directive))) {
            None => out.push_str(line),
            Some(Ok(text)) => {
                // In a list, what replaces the directive stays in the list.
                let indent = &line[..line.len() - line.trim_start().len()];
                for (number, line) in text.lines().enumerate() {
                    out.push_str(if number > 0 { "\n" } else { "" });
                    out.push_str(if line.is_empty() { "" } else { indent });
                    out.push_str(line);
                }
            }
            Some(Err(problem)) => refused.push(Refused {
                chapter: chapter.into(),
                line: number + 1,
                directive: line.trim().into(),
                problem,
            }),
        }
        out.push('\n');
    }
    out
}

impl Material {
    fn carried_out(&self, directive: &Directive) -> Result<String, String> {
        match directive {
            Directive::Criteria { task } => self.criteria(task),
            Directive::Listing { path, anchor } => listing::markdown(self.workbook.root(), path, anchor.as_deref()),
            Directive::Lanes { name, words } => {
                self.picture(figure::Kind::Lanes, name, words, "`checker-book pictures` draws it")
            }
            Directive::Picture { name, words } => {
                self.picture(figure::Kind::Picture, name, words, "`experiments --write` draws those of experiments")
            }
            Directive::Output { name } => output::markdown(&self.chapters, name),
        }
    }

    fn criteria(&self, name: &str) -> Result<String, String> {
        let told = |error: catalog::Error| format!("{error}: {}", error.help());
        let criteria = resolve(&self.tasks, name).and_then(Task::criteria).map_err(told)?;
        if criteria.is_empty() {
            return Err(format!("{name} has no criteria"));
        }
        let item = |criterion: &catalog::Criterion| {
            let loom = if criterion.model { " *(every interleaving, by loom)*" } else { "" };
            format!("- {}{loom} <small><code>{}</code></small>\n", criterion.statement, criterion.test)
        };
        let list: String = criteria.iter().map(item).collect();
        Ok(format!("<div class=\"criteria\">\n\n{list}\n</div>"))
    }

    fn picture(&self, kind: figure::Kind, name: &str, words: &str, help: &str) -> Result<String, String> {
        if !is_name(name) {
            return Err(format!("`{name}` is no picture's name: letters, digits, `-` and `_`"));
        }
        let file = Path::new("pictures").join(format!("{name}.svg"));
        let shown = file.display();
        let svg = fs::read_to_string(self.chapters.join(&file))
            .map_err(|error| format!("{shown} cannot be read: {error}; {help}"))?;
        figure::html(kind, &svg, name, words).map_err(|problem| format!("{shown} {problem}"))
    }
}

/// Whether a word can be a file's name here, which leads nowhere else.
pub(crate) fn is_name(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

/// Whether lines are in a fenced code block.
#[derive(Default)]
struct Code {
    /// The open block's character and the length of its fence.
    fence: Option<(char, usize)>,
}

impl Code {
    /// Takes in the next line.
    fn holds(&mut self, line: &str) -> bool {
        let line = line.trim_start_matches([' ', '\t', '>']);
        let mark = line.chars().next().filter(|mark| ['`', '~'].contains(mark));
        let Some(mark) = mark else { return self.fence.is_some() };
        let rest = line.trim_start_matches(mark);
        let length = line.len() - rest.len();
        match self.fence {
            Some((open, least)) => {
                if open == mark && length >= least && rest.trim().is_empty() {
                    self.fence = None;
                }
                true
            }
            // After backticks, further ones make it inline code.
            None if length >= 3 && !(mark == '`' && rest.contains('`')) => {
                self.fence = Some((mark, length));
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_are_followed() {
        let text = "a\n```rust\nb\n~~~\n``\n```\nc\n  ~~~~\nd\n~~~\n~~~~ \ne\n```x``` f\n> ```\n> g\n> ```\nh";
        let mut code = Code::default();
        let prose: Vec<_> = text.lines().filter(|line| !code.holds(line)).collect();
        assert_eq!(prose, ["a", "c", "e", "```x``` f", "h"]);
    }
}
