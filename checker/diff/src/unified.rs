//! One under the other.

use crate::code::{Painter, painted};
use crate::pair::Pair;
use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use std::fmt::Write;

/// Lines around a change.
const CONTEXT: usize = 3;

/// A patch that makes the reference of the learner's code, with `patch -p1` in the workbook's folder.
pub(crate) fn patch(pairs: &[Pair]) -> String {
    let mut text = String::new();
    for pair in pairs {
        let (own, reference) = pair.texts();
        let name = |side: &str, is: bool| if is { format!("{side}/{}", pair.path) } else { "/dev/null".to_owned() };
        let diff = TextDiff::from_lines(own, reference);
        let mut unified = diff.unified_diff();
        let (before, after) = (name("a", pair.own.is_some()), name("b", pair.reference.is_some()));
        unified.context_radius(CONTEXT).header(&before, &after);
        let _ = write!(text, "{unified}");
    }
    text
}

/// The same for a person: in colour, with the syntax.
pub(crate) fn coloured(pairs: &[Pair]) -> String {
    const BOLD: Style = Style::new().bold();
    const DIM: Style = Style::new().dimmed();
    let (minus, plus) = (AnsiColor::Red.on_default().bold(), AnsiColor::Green.on_default().bold());
    let painter = Painter::new();
    let mut text = format!("{minus}-{minus:#} your code   {plus}+{plus:#} the reference solution\n");
    for pair in pairs {
        let (own, reference) = pair.texts();
        let (left, right) = (painter.lines(own), painter.lines(reference));
        let diff = TextDiff::from_lines(own, reference);
        let _ = writeln!(text, "\n{BOLD}{}{BOLD:#}", pair.path);
        for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
            let _ = writeln!(text, "{DIM}{}{DIM:#}", hunk.header());
            for change in hunk.iter_changes() {
                let (style, mark) = match change.tag() {
                    ChangeTag::Delete => (minus, "-"),
                    ChangeTag::Insert => (plus, "+"),
                    ChangeTag::Equal => (DIM, " "),
                };
                let line = match (change.old_index(), change.new_index()) {
                    (_, Some(index)) => &right[index],
                    (Some(index), None) => &left[index],
                    (None, None) => continue,
                };
                let _ = writeln!(text, "{style}{mark}{style:#} {}", painted(line));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs() -> Vec<Pair> {
        let text = |text: &str| Some(text.to_owned());
        vec![
            Pair { path: "src/lib.rs".into(), own: text("a\nb\nc\n"), reference: text("a\nB\nc") },
            Pair { path: "src/own.rs".into(), own: text("mine\n"), reference: None },
            Pair { path: "src/new.rs".into(), own: None, reference: text("theirs\n") },
        ]
    }

    #[test]
    fn a_patch_names_what_comes_and_goes() {
        let expected = "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1,3 +1,3 @@\n a\n-b\n-c\n+B\n+c\n\
                        \\ No newline at end of file\n\
                        --- a/src/own.rs\n+++ /dev/null\n@@ -1 +0,0 @@\n-mine\n\
                        --- /dev/null\n+++ b/src/new.rs\n@@ -0,0 +1 @@\n+theirs\n";
        assert_eq!(patch(&pairs()), expected);
    }

    #[test]
    fn in_colour_it_says_the_same() {
        let text = anstream::adapter::strip_str(&coloured(&pairs())).to_string();
        for line in ["- your code   + the reference solution", "src/own.rs", "- b", "+ B", "  a", "+ theirs"] {
            assert!(text.lines().any(|found| found == line), "{line:?} in\n{text}");
        }
    }
}
