//! What a line of a chapter asks for.

/// What there is, for messages.
const DIRECTIVES: &str = "there are criteria, listing, lanes, picture and output";

/// A directive.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Directive {
    /// `{{criteria TASK}}`
    Criteria { task: String },
    /// `{{listing PATH}}`, `{{listing PATH ANCHOR}}`
    Listing { path: String, anchor: Option<String> },
    /// `{{lanes NAME WORDS…}}`
    Lanes { name: String, words: String },
    /// `{{picture NAME WORDS…}}`
    Picture { name: String, words: String },
    /// `{{output NAME}}`
    Output { name: String },
}

/// Reads a line outside code blocks: nothing, a directive, or why it is none.
pub(crate) fn read(line: &str) -> Option<Result<Directive, String>> {
    let line = line.trim();
    if let Some(inner) = line.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"))
        && !inner.starts_with('#')
        && !inner.contains("{{")
    {
        return Some(parse(inner));
    }
    opens(line)
        .then(|| Err("a directive is closed by `}}` and stands alone on its line; in code, use backticks".into()))
}

fn parse(inner: &str) -> Result<Directive, String> {
    let words: Vec<_> = inner.split_whitespace().collect();
    match words.as_slice() {
        ["criteria", task] => Ok(Directive::Criteria { task: (*task).into() }),
        ["criteria", ..] => Err("expected `{{criteria TASK}}`".into()),
        ["listing", path] => Ok(Directive::Listing { path: (*path).into(), anchor: None }),
        ["listing", path, anchor] => Ok(Directive::Listing { path: (*path).into(), anchor: Some((*anchor).into()) }),
        ["listing", ..] => Err("expected `{{listing PATH}}` or `{{listing PATH ANCHOR}}`".into()),
        ["lanes", name, words @ ..] if !words.is_empty() => {
            Ok(Directive::Lanes { name: (*name).into(), words: words.join(" ") })
        }
        ["lanes", ..] => Err("expected `{{lanes NAME WORDS…}}`: the words say what the picture shows".into()),
        ["picture", name, words @ ..] if !words.is_empty() => {
            Ok(Directive::Picture { name: (*name).into(), words: words.join(" ") })
        }
        ["picture", ..] => Err("expected `{{picture NAME WORDS…}}`: the words say what the picture shows".into()),
        ["output", name] => Ok(Directive::Output { name: (*name).into() }),
        ["output", ..] => Err("expected `{{output NAME}}`: the name of an experiment".into()),
        [other, ..] => Err(format!("no directive is called `{other}`; {DIRECTIVES}")),
        [] => Err(format!("an empty directive; {DIRECTIVES}")),
    }
}

/// Whether a line has `{{word` outside inline code.
fn opens(line: &str) -> bool {
    let mut rest = line;
    while let Some(at) = rest.find(['`', '{']) {
        let (mark, from) = (&rest[at..at + 1], &rest[at..]);
        let run = from.len() - from.trim_start_matches(mark).len();
        let after = &from[run..];
        if mark == "{" {
            if run >= 2 && after.starts_with(|c: char| c.is_ascii_alphabetic()) {
                return true;
            }
            rest = after;
        } else {
            // Code ends at a run of as many backticks; without one, they are text.
            rest = closing(after, run).map_or(after, |end| &after[end..]);
        }
    }
    false
}

/// The end of the first run of exactly so many backticks.
fn closing(text: &str, run: usize) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find('`') {
        let start = from + at;
        let length = text.len() - start - text[start..].trim_start_matches('`').len();
        from = start + length;
        if length == run {
            return Some(from);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_read() {
        let task = "fan-out/1".to_owned();
        assert_eq!(read("{{criteria fan-out/1}}"), Some(Ok(Directive::Criteria { task })));
        let path = "a/b.rs".to_owned();
        assert_eq!(
            read("  {{ listing a/b.rs part }} "),
            Some(Ok(Directive::Listing { path: path.clone(), anchor: Some("part".into()) }))
        );
        assert_eq!(read("{{listing a/b.rs}}"), Some(Ok(Directive::Listing { path, anchor: None })));
        let lanes = Directive::Lanes { name: "fan-out-01".into(), words: "Three stages, \"in step\".".into() };
        assert_eq!(read("{{lanes fan-out-01 Three stages, \"in step\".}}"), Some(Ok(lanes)));
        let picture = Directive::Picture { name: "width".into(), words: "It rises.".into() };
        assert_eq!(read("{{picture width It rises.}}"), Some(Ok(picture)));
        let name = "budget".to_owned();
        assert_eq!(read("{{output budget}}"), Some(Ok(Directive::Output { name })));
    }

    #[test]
    fn what_is_none_is_left_alone() {
        for line in [
            "",
            "Text.",
            "{{#include a.rs}}",
            "See {{#title A}}",
            "In code: `{{criteria x}}`.",
            "``a ` {{criteria x}}``",
            "format!(\"{{}}\") and {{ }}",
            "\\{{#include}}",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (line, told) in [
            ("{{critera x}}", "no directive is called `critera`"),
            ("{{}}", "an empty directive"),
            ("{{criteria}}", "expected `{{criteria TASK}}`"),
            ("{{criteria a b}}", "expected `{{criteria TASK}}`"),
            ("{{listing}}", "expected `{{listing PATH}}`"),
            ("{{lanes fan-out-01}}", "the words say what the picture shows"),
            ("{{picture width}}", "expected `{{picture NAME WORDS…}}`"),
            ("{{output}}", "expected `{{output NAME}}`"),
            ("{{output a b}}", "expected `{{output NAME}}`"),
            ("See {{criteria x}}", "stands alone"),
            ("{{criteria x}", "closed by `}}`"),
            ("{{criteria x}} {{criteria y}}", "stands alone"),
            ("`a` {{listing x}} `b`", "stands alone"),
            ("` {{listing x}}", "stands alone"),
        ] {
            let error = read(line).expect(line).expect_err(line);
            assert!(error.contains(told), "{line}: {error}");
        }
    }
}
