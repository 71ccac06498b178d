//! `{{listing PATH ANCHOR}}`: code from a file that is compiled and tested.

use crate::fragment;
use lanes::escape;
use std::fs;
use std::path::{Component, Path};

/// The fenced block, with a line above it that says where it is from.
pub(crate) fn markdown(root: &Path, path: &str, anchor: Option<&str>) -> Result<String, String> {
    let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return Err(format!("`{path}` leaves the workbook: paths begin at its folder"));
    }
    let text = fs::read_to_string(root.join(path)).map_err(|error| format!("`{path}` cannot be read: {error}"))?;
    let fragment = match anchor {
        Some(anchor) => fragment::anchored(&text, anchor),
        None => fragment::whole(&text),
    };
    let fragment = fragment.map_err(|problem| format!("`{path}` {problem}"))?;
    let (first, last) = fragment.lines;
    let lines = match anchor {
        None => String::new(),
        Some(_) if first == last => format!(", line {first}"),
        Some(_) => format!(", lines {first}–{last}"),
    };
    let fence = fence(&fragment.text);
    Ok(format!(
        "<p class=\"listing\"><code>{}</code>{lines}</p>\n\n{fence}{}\n{}\n{fence}",
        escape(path),
        language(path),
        fragment.text,
    ))
}

/// Longer than any run of backticks in the text.
pub(crate) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// What the block is marked as. Rust is compiled where it comes from, not by mdBook.
fn language(path: &str) -> &str {
    match Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "rs" => "rust,ignore",
        "" => "text",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("fn a() {}"), "```");
        assert_eq!(fence("/// ```\n/// `a`\n/// ```"), "````");
    }

    #[test]
    fn paths_stay_inside() {
        for path in ["../x.rs", "/etc/hosts", "a/../../b", "./a"] {
            let error = markdown(Path::new("."), path, None).expect_err(path);
            assert!(error.contains("leaves the workbook"), "{error}");
        }
    }
}
