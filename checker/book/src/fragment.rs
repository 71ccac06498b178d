//! A file's text without its anchors, or the part of it between two.
//!
//! An anchor is a comment alone on its line, `// ANCHOR: name` up to `// ANCHOR_END: name`; `#` and `--` begin
//! comments, too. Anchors may lie in each other.

/// A part of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// Its lines, without anchors, without blank lines at either end, moved to the left edge.
    pub(crate) text: String,
    /// Its first and last line in the file, from 1.
    pub(crate) lines: (usize, usize),
}

/// The whole of a text.
pub(crate) fn whole(text: &str) -> Result<Fragment, String> {
    fragment(text.lines().enumerate()).ok_or_else(|| "is empty".into())
}

/// The part between the anchors of a name.
pub(crate) fn anchored(text: &str, name: &str) -> Result<Fragment, String> {
    let places = |end: bool| {
        let found = text.lines().enumerate().filter(move |(_, line)| anchor(line) == Some((end, name)));
        found.map(|(at, _)| at).collect::<Vec<_>>()
    };
    match (places(false).as_slice(), places(true).as_slice()) {
        ([], []) => Err(format!("has no `// ANCHOR: {name}`{}", others(text))),
        ([start], [end]) if start < end => fragment(text.lines().enumerate().take(*end).skip(start + 1))
            .ok_or_else(|| format!("has nothing between `// ANCHOR: {name}` and its end")),
        ([_], []) => Err(format!("has no `// ANCHOR_END: {name}`")),
        ([_], [_]) | ([], _) => Err(format!("ends the anchor `{name}` before it begins")),
        _ => Err(format!("has the anchor `{name}` more than once")),
    }
}

fn fragment<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Option<Fragment> {
    let mut lines: Vec<_> = lines.filter(|(_, line)| anchor(line).is_none()).collect();
    let is_blank = |line: &(usize, &str)| line.1.trim().is_empty();
    let first = lines.iter().position(|line| !is_blank(line))?;
    let last = lines.iter().rposition(|line| !is_blank(line))?;
    lines = lines[first..=last].to_vec();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let margin = lines.iter().filter(|line| !is_blank(line)).map(|(_, line)| indent(line)).min()?;
    let text: Vec<_> = lines.iter().map(|(_, line)| line.get(margin..).unwrap_or_default().trim_end()).collect();
    Some(Fragment { text: text.join("\n"), lines: (lines[0].0 + 1, lines[lines.len() - 1].0 + 1) })
}

/// Whether a line is an anchor: whether it is an end, and its name.
fn anchor(line: &str) -> Option<(bool, &str)> {
    let line = line.trim();
    let comment = ["//", "#", "--"].iter().find_map(|mark| line.strip_prefix(mark))?.trim_start();
    let (end, name) = match comment.strip_prefix("ANCHOR_END:") {
        Some(name) => (true, name),
        None => (false, comment.strip_prefix("ANCHOR:")?),
    };
    Some((end, name.trim())).filter(|(_, name)| !name.is_empty() && !name.contains(char::is_whitespace))
}

/// The anchors that there are.
fn others(text: &str) -> String {
    let names: Vec<_> = text.lines().filter_map(anchor).filter(|(end, _)| !end).map(|(_, name)| name).collect();
    if names.is_empty() { ", nor any other anchor".into() } else { format!("; it has {}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\n//! Docs.\n\n// ANCHOR: outer\nfn a() {\n    // ANCHOR: inner\n\n    if b {\n        c();\n\n    }\n    // ANCHOR_END: inner\n}\n// ANCHOR_END: outer\n\n# ANCHOR: void\n\n# ANCHOR_END: void\n-- ANCHOR: open\n";

    #[test]
    fn anchors_bound_a_part_and_are_left_out() {
        assert_eq!(anchored(TEXT, "inner"), Ok(Fragment { text: "if b {\n    c();\n\n}".into(), lines: (8, 11) }));
        let outer = anchored(TEXT, "outer").expect("a part");
        assert_eq!(outer.text, "fn a() {\n\n    if b {\n        c();\n\n    }\n}");
        let whole = whole(TEXT).expect("a text");
        assert!(whole.text.starts_with("//! Docs.") && whole.text.ends_with('}'), "{}", whole.text);
        assert_eq!(whole.lines, (2, 13));
    }

    #[test]
    fn a_part_that_is_not_there_is_an_error() {
        let error = |name| anchored(TEXT, name).expect_err(name);
        assert_eq!(error("inne"), "has no `// ANCHOR: inne`; it has outer, inner, void, open");
        assert_eq!(error("void"), "has nothing between `// ANCHOR: void` and its end");
        assert_eq!(error("open"), "has no `// ANCHOR_END: open`");
        assert_eq!(whole(" \n// ANCHOR: a\n// ANCHOR_END: a\n"), Err("is empty".into()));
        assert_eq!(anchored("x", "a"), Err("has no `// ANCHOR: a`, nor any other anchor".into()));
        let twice = "// ANCHOR: a\nx\n// ANCHOR_END: a\n// ANCHOR: a\ny\n// ANCHOR_END: a\n";
        assert_eq!(anchored(twice, "a"), Err("has the anchor `a` more than once".into()));
        let reversed = "// ANCHOR_END: a\nx\n// ANCHOR: a\n";
        assert_eq!(anchored(reversed, "a"), Err("ends the anchor `a` before it begins".into()));
    }

    #[test]
    fn prose_about_anchors_is_none() {
        assert_eq!(anchor("let anchor = 1; // ANCHOR: a"), None);
        assert_eq!(anchor("// ANCHOR: a b"), None);
        assert_eq!(anchor("  // ANCHOR: a  "), Some((false, "a")));
    }
}
