//! That a copy's book builds: every directive of every page can be carried out, and no link leads nowhere.

use super::{Class, files};
use crate::support::{repository, target};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// As mdBook would, gives the preprocessor all pages.
pub(crate) fn builds(class: &Class) {
    let folder = class.root.join("book/src");
    let pages: Vec<PathBuf> =
        files(&folder).into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "md")).collect();
    let mut items = Vec::new();
    for page in &pages {
        let text = class.text(&format!("book/src/{}", page.display()));
        for target in links(&text) {
            let there = folder.join(page).parent().expect("a folder").join(target);
            assert!(there.is_file(), "{} links to {target}, which is not in the copy", page.display());
        }
        items.push(json!({"Chapter": {"name": "", "content": text, "source_path": page, "sub_items": []}}));
    }
    let input = json!([{"root": class.root.join("book"), "config": {"book": {"src": "src"}}}, {"items": items}]);
    let mut child = Command::new(preprocessor())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("piped").write_all(input.to_string().as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let book: Value = serde_json::from_slice(&output.stdout).expect("a book");
    assert_eq!(book["items"].as_array().map(Vec::len), Some(pages.len()));
    assert!(!class.text("book/book.toml").contains("../solutions"), "mdBook would look for them");
}

/// The pages that a text links to.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', '\n']).next());
    targets.filter(|target| target.ends_with(".md") && !target.contains("://"))
}

/// The book's preprocessor, built once.
fn preprocessor() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--profile", "checker", "--package", "checker-book"]);
        cargo.current_dir(repository()).env("CARGO_TARGET_DIR", target());
        assert!(cargo.status().expect("cargo starts").success(), "{cargo:?}");
        target().join("checker/checker-book")
    })
}
