//! Rust in colour. The terminal's own colours are used, so that it is readable on light and on dark.

use anstyle::{AnsiColor, Style};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

/// A line as pieces of one colour each, without its end.
pub(crate) type Line = Vec<(Style, String)>;

/// What begins a scope's name, and its colour. The first that fits counts.
const COLOURS: [(&str, Style); 9] = [
    ("comment", Style::new().dimmed()),
    ("string", AnsiColor::Green.on_default()),
    ("constant", AnsiColor::Cyan.on_default()),
    ("storage.type", AnsiColor::Magenta.on_default()),
    ("storage", AnsiColor::Magenta.on_default()),
    ("keyword", AnsiColor::Magenta.on_default()),
    ("entity.name", AnsiColor::Blue.on_default()),
    ("support", AnsiColor::Yellow.on_default()),
    ("meta.annotation", AnsiColor::Yellow.on_default()),
];

/// Colours Rust.
pub(crate) struct Painter {
    syntaxes: SyntaxSet,
    colours: Vec<(Scope, Style)>,
}

impl Painter {
    pub(crate) fn new() -> Painter {
        let scope = |name: &str| Scope::new(name).expect("a name with few parts");
        Painter {
            syntaxes: SyntaxSet::load_defaults_newlines(),
            colours: COLOURS.iter().map(|(name, style)| (scope(name), *style)).collect(),
        }
    }

    /// The lines of a text. What is no Rust is not refused, only coloured less well.
    pub(crate) fn lines(&self, text: &str) -> Vec<Line> {
        let syntax = self.syntaxes.find_syntax_by_extension("rs");
        let mut state = ParseState::new(syntax.unwrap_or_else(|| self.syntaxes.find_syntax_plain_text()));
        let mut stack = ScopeStack::new();
        text.split_inclusive('\n').map(|line| self.line(line, &mut state, &mut stack)).collect()
    }

    fn line(&self, text: &str, state: &mut ParseState, stack: &mut ScopeStack) -> Line {
        let mut line = Line::new();
        let mut push = |style: Style, part: &str| {
            let part = plain(part);
            match line.last_mut() {
                _ if part.is_empty() => {}
                Some((last, before)) if *last == style => before.push_str(&part),
                _ => line.push((style, part)),
            }
        };
        let mut done = 0;
        for (place, change) in state.parse_line(text, &self.syntaxes).unwrap_or_default() {
            push(self.style(stack), &text[done..place]);
            done = place;
            let _ = stack.apply(&change);
        }
        push(self.style(stack), &text[done..]);
        line
    }

    /// The colour of the innermost scope that has one.
    fn style(&self, stack: &ScopeStack) -> Style {
        let of = |scope: &Scope| self.colours.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
        stack.scopes.iter().rev().find_map(of).map_or(Style::new(), |(_, style)| *style)
    }
}

/// Without the line's end and what a terminal would obey; a tab is four spaces.
fn plain(text: &str) -> String {
    let text = text.trim_end_matches(['\n', '\r']).replace('\t', "    ");
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The line in colour.
pub(crate) fn painted(line: &Line) -> String {
    line.iter().map(|(style, text)| format!("{style}{text}{style:#}")).collect()
}

/// The line in rows of at most `width` columns, at least one row.
pub(crate) fn rows(line: &Line, width: usize) -> Vec<Line> {
    let mut rows = vec![Line::new()];
    let mut used = 0;
    for (style, text) in line {
        let mut part = String::new();
        for c in text.chars() {
            let columns = textwrap::core::display_width(c.encode_utf8(&mut [0; 4]));
            if used + columns > width {
                rows.last_mut().expect("a row").push((*style, std::mem::take(&mut part)));
                rows.push(Line::new());
                used = 0;
            }
            part.push(c);
            used += columns;
        }
        rows.last_mut().expect("a row").push((*style, part));
    }
    rows
}

/// The columns that a row takes.
pub(crate) fn width(row: &Line) -> usize {
    row.iter().map(|(_, text)| textwrap::core::display_width(text)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_the_colours_of_what_they_are() {
        let lines = Painter::new().lines("// why\npub fn main() { println!(\"{}\", 7) }\n");
        let style = |text: &str| {
            let all = lines.iter().flatten();
            all.clone().find(|(_, part)| part.contains(text)).unwrap_or_else(|| panic!("{text} in {lines:?}")).0
        };
        assert_eq!(lines.len(), 2);
        assert_eq!(style("why"), Style::new().dimmed());
        assert_eq!(style("pub"), AnsiColor::Magenta.on_default());
        assert_eq!(style("7"), AnsiColor::Cyan.on_default());
        assert_eq!(style("main"), AnsiColor::Blue.on_default());
        let text: String = lines[1].iter().map(|(_, part)| &part[..]).collect();
        assert_eq!(text, "pub fn main() { println!(\"{}\", 7) }", "not a character is lost");
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_printed() {
        let lines = Painter::new().lines("let a = \"\u{1b}[2J\";\tb\r\n");
        let text: String = lines[0].iter().map(|(_, part)| &part[..]).collect();
        assert_eq!(text, "let a = \"\u{fffd}[2J\";    b");
    }

    #[test]
    fn a_long_line_goes_on_below() {
        let line = vec![(Style::new(), "abc".to_owned()), (Style::new(), "defgh".to_owned())];
        let widths: Vec<usize> = rows(&line, 3).iter().map(width).collect();
        assert_eq!(widths, [3, 3, 2]);
        assert_eq!(rows(&Line::new(), 3).len(), 1);
    }
}
