//! The book of a class's copy: its chapters without what shows the reference, and without links to what is not there.

use std::path::{Component, Path, PathBuf};

/// How the section of a chapter begins that shows the reference.
const SECTION: &str = "## Compare with the reference";
/// How a line begins that shows code of a solution.
const LISTING: &str = "{{listing solutions/";
/// What stands for such a line outside that section.
const INSTEAD: &str = "*The reference is not in this copy of the workbook.*";

/// A page at `path`, in a copy that has the pages for which `kept` holds.
pub(super) fn page(text: &str, path: &Path, kept: &dyn Fn(&Path) -> bool) -> String {
    let folder = path.parent().unwrap_or(Path::new(""));
    let there = |target: &str| kept(&resolved(folder, target));
    match path.ends_with("SUMMARY.md") {
        // mdBook takes nothing but chapters there.
        true => text.split_inclusive('\n').filter(|line| linked(line, &there) == *line).collect(),
        false => linked(&without_reference(text), &there),
    }
}

/// Cuts the section about the reference and other folds that show it; a listing elsewhere is replaced.
fn without_reference(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    // The line at which an open fold begins, and whether it shows the reference.
    let mut fold: Option<(usize, bool)> = None;
    let (mut code, mut section) = (false, false);
    for line in text.lines() {
        code ^= line.trim_start().starts_with("```");
        if !code && line.starts_with("## ") {
            section = line.starts_with(SECTION);
        }
        if section {
            continue;
        }
        let shows = !code && line.trim_start().starts_with(LISTING);
        match &mut fold {
            None if !code && line.trim() == "<details>" => fold = Some((kept.len(), false)),
            Some((_, reference)) => *reference |= shows,
            None => {}
        }
        kept.push(if shows { INSTEAD } else { line });
        if !code && line.trim() == "</details>" {
            if let Some((from, true)) = fold {
                kept.truncate(from);
            }
            fold = None;
        }
    }
    kept.join("\n").trim_end().to_owned() + "\n"
}

/// Makes links to pages that are not there plain text.
fn linked(text: &str, there: &dyn Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(middle) = rest.find("](") {
        let (before, after) = (&rest[..middle], &rest[middle + 2..]);
        let target = after.split([')', '\n', ' ']).next().unwrap_or_default();
        let page = target.split('#').next().unwrap_or_default();
        let closed = after[target.len()..].starts_with(')');
        let gone = closed && page.ends_with(".md") && !page.contains("://") && !there(page);
        match before.rfind('[').filter(|_| gone) {
            Some(open) => {
                out.push_str(&before[..open]);
                out.push_str(&before[open + 1..]);
                rest = &after[target.len() + 1..];
            }
            None => {
                out.push_str(&rest[..middle + 2]);
                rest = after;
            }
        }
    }
    out + rest
}

/// A link's target as a path from the workbook's folder.
fn resolved(folder: &Path, target: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::page;
    use std::path::Path;

    fn kept(text: &str) -> String {
        page(text, Path::new("book/src/fan-out/02-b.md"), &|page| !page.ends_with("03-c.md"))
    }

    #[test]
    fn nothing_of_the_reference_is_shown() {
        let listing = "{{listing solutions/fan-out/02-b/src/lib.rs part}}";
        let text = format!(
            "# B\n\n<details>\n<summary>Q?</summary>\nA.\n</details>\n\n<details>\n<summary>Compare</summary>\n\n\
             {listing}\n</details>\n\n{listing}\n\n```text\n## Compare with the reference\n```\n\n\
             ## Compare with the reference\n\n<details>\n{listing}\nIt is short.\n</details>\n\n## After\n\nThe end.\n"
        );
        assert_eq!(
            kept(&text),
            "# B\n\n<details>\n<summary>Q?</summary>\nA.\n</details>\n\n\n\
             *The reference is not in this copy of the workbook.*\n\n```text\n## Compare with the reference\n```\n\n\
             ## After\n\nThe end.\n"
        );
    }

    #[test]
    fn links_to_what_is_not_there_are_text() {
        assert_eq!(
            kept(
                "[B](02-b.md), [C](03-c.md#x) and [C again](../fan-out/03-c.md). [W](https://a/03-c.md) a](b [d](e.png)\n"
            ),
            "[B](02-b.md), C and C again. [W](https://a/03-c.md) a](b [d](e.png)\n"
        );
        let summary = "# Summary\n\n[Intro](intro.md)\n\n- [B](fan-out/02-b.md)\n- [C](fan-out/03-c.md)\n\n---\n\n[C](fan-out/03-c.md)\n";
        let summary = page(summary, Path::new("book/src/SUMMARY.md"), &|page| !page.ends_with("03-c.md"));
        assert_eq!(summary, "# Summary\n\n[Intro](intro.md)\n\n- [B](fan-out/02-b.md)\n\n---\n\n");
    }
}
