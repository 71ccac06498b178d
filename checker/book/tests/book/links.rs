//! Links and what pages load, read from the built pages.

use crate::said;
use libtest_mimic::Failed;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// What a page has and asks for.
#[derive(Debug, Default)]
struct Page {
    ids: BTreeSet<String>,
    /// Where its links lead.
    links: Vec<String>,
    /// What it loads.
    loads: Vec<String>,
}

/// Every link within the book leads to a file and, if it names one, to an anchor in it; everything that a page or a style
/// sheet loads is a file of the book.
pub(crate) fn check(book: &Path) -> Result<(), Failed> {
    let mut files = BTreeSet::new();
    collect(book, Path::new(""), &mut files)?;
    let mut pages = BTreeMap::new();
    let mut problems = Vec::new();
    let text =
        |file: &Path| std::fs::read_to_string(book.join(file)).map_err(|error| format!("{}: {error}", file.display()));
    for file in &files {
        match file.extension().and_then(|extension| extension.to_str()) {
            // It is shown at any address, and says where the book begins.
            Some("html") if file != Path::new("404.html") => drop(pages.insert(file.clone(), page(&text(file)?))),
            Some("css") => {
                for load in style_loads(&text(file)?) {
                    problems.extend(loaded(file, &load, &files));
                }
            }
            _ => {}
        }
    }
    let mut links = 0;
    for (file, page) in &pages {
        for load in &page.loads {
            problems.extend(loaded(file, load, &files));
        }
        for link in &page.links {
            links += 1;
            problems.extend(leads(file, link, &files, &pages));
        }
    }
    if !files.iter().any(|file| file.to_string_lossy().starts_with("searchindex")) {
        problems.push("there is no search index".into());
    }
    if links < 100 {
        problems.push(format!("only {links} links were found: are they written differently now?"));
    }
    said(problems)
}

fn collect(book: &Path, below: &Path, files: &mut BTreeSet<PathBuf>) -> Result<(), Failed> {
    let folder = book.join(below);
    for entry in std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let file = below.join(entry.file_name());
        if entry.path().is_dir() {
            collect(book, &file, files)?;
        } else {
            files.insert(file);
        }
    }
    Ok(())
}

/// What is wrong with something that is loaded.
fn loaded(file: &Path, load: &str, files: &BTreeSet<PathBuf>) -> Option<String> {
    let shown = file.display();
    if load.starts_with("data:") {
        return None;
    }
    if is_outside(load) {
        return Some(format!("{shown}: loads {load} from outside"));
    }
    let target = target(file, load.split(['?', '#']).next().unwrap_or(load));
    (!files.contains(&target)).then(|| format!("{shown}: loads {load}, which is no file of the book"))
}

/// What is wrong with a link.
fn leads(file: &Path, link: &str, files: &BTreeSet<PathBuf>, pages: &BTreeMap<PathBuf, Page>) -> Option<String> {
    if is_outside(link) {
        return None;
    }
    let shown = file.display();
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target = if path.is_empty() { file.to_owned() } else { target(file, path) };
    if !files.contains(&target) {
        return Some(format!("{shown}: {link} leads to no file of the book"));
    }
    let anchor = decoded(anchor.unwrap_or_default());
    // A page's top needs no id.
    let there = anchor.is_empty() || pages.get(&target).is_none_or(|page| page.ids.contains(&anchor));
    (!there).then(|| format!("{shown}: {link} leads to an anchor that is not there"))
}

/// Whether an address has a scheme or a host.
fn is_outside(address: &str) -> bool {
    let scheme = address.split_once(':').is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
    scheme || address.starts_with("//")
}

/// The file that an address means, seen from another.
fn target(file: &Path, address: &str) -> PathBuf {
    let mut target = file.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(&decoded(address)).components() {
        match part {
            Component::ParentDir => drop(target.pop()),
            Component::Normal(name) => target.push(name),
            _ => {}
        }
    }
    if address.ends_with('/') { target.join("index.html") } else { target }
}

/// Without percent signs.
fn decoded(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => (bytes.push(byte), rest = &after[2..]).1,
            None => (bytes.push(*first), rest = after).1,
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads a page's tags. mdBook writes them all in one way.
fn page(html: &str) -> Page {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        let attributes = attributes(&mut rest);
        if name == "script" {
            // What it holds is no markup.
            rest = rest.find("</script").map_or("", |end| &rest[end..]);
        }
        for (key, value) in attributes {
            match (name.as_str(), key.as_str()) {
                (_, "id") => drop(page.ids.insert(value)),
                ("a", "href") => page.links.push(value),
                ("link", "href") | (_, "src" | "poster" | "data") => page.loads.push(value),
                _ => {}
            }
        }
    }
    page
}

/// The attributes of the tag that `rest` stands in; behind it stands `rest` then.
fn attributes(rest: &mut &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    loop {
        let Some(at) = rest.find(['>', '"', '\'']) else { break *rest = "" };
        let (before, from) = rest.split_at(at);
        if let Some(after) = from.strip_prefix('>') {
            break *rest = after;
        }
        let (quote, from) = from.split_at(1);
        let Some((value, after)) = from.split_once(quote) else { break *rest = "" };
        let key = before.trim_end_matches('=').rsplit(char::is_whitespace).next().unwrap_or_default();
        attributes.push((key.to_owned(), value.replace("&amp;", "&").replace("&quot;", "\"").replace("&#39;", "'")));
        *rest = after;
    }
    attributes
}

/// What a style sheet loads.
fn style_loads(css: &str) -> Vec<String> {
    let mut css = css.to_owned();
    while let Some((before, rest)) = css.split_once("/*") {
        css = format!("{before}{}", rest.split_once("*/").map_or("", |(_, after)| after));
    }
    let urls = css.split("url(").skip(1).filter_map(|rest| rest.split_once(')')).map(|(url, _)| url);
    let imports = css.split("@import").skip(1).filter_map(|rest| rest.split_once(';')).map(|(url, _)| url);
    let bare = |url: &str| url.trim().trim_matches(['"', '\'']).to_owned();
    urls.chain(imports.filter(|import| !import.contains("url("))).map(bare).collect()
}
