//! From mdBook's input to its output.

use crate::scratch::Scratch;
use checker_book::preprocess::{Error, run};
use lanes::{Options, draw};
use serde_json::{Value, json};

/// What mdBook sends for a book of one chapter with another below it.
fn input(scratch: &Scratch, chapter: &str) -> Vec<u8> {
    scratch.file("book/book.toml", "");
    let below = json!({ "Chapter": { "name": "Below", "content": "", "sub_items": [], "source_path": null } });
    let chapter = json!({ "Chapter": {
        "name": "Fan-out", "content": chapter, "number": [1], "path": "fan-out/02.md",
        "source_path": "fan-out/02.md", "parent_names": [], "sub_items": [below],
    } });
    let context = json!({ "root": scratch.path("book"), "config": { "book": { "src": "src" } }, "renderer": "html" });
    let book = json!({ "items": [{ "PartTitle": "Part" }, "Separator", chapter], "future": true });
    serde_json::to_vec(&json!([context, book])).expect("JSON")
}

fn rewritten(scratch: &Scratch, chapter: &str) -> String {
    let mut output = Vec::new();
    run(input(scratch, chapter).as_slice(), &mut output).expect("a book");
    let book: Value = serde_json::from_slice(&output).expect("JSON");
    assert_eq!(book["future"], true, "what is not known is passed through");
    assert_eq!(book["items"][0], json!({ "PartTitle": "Part" }));
    book["items"][2]["Chapter"]["content"].as_str().expect("a text").to_owned()
}

fn refused(scratch: &Scratch, chapter: &str) -> String {
    let mut output = Vec::new();
    let error = run(input(scratch, chapter).as_slice(), &mut output).expect_err("no book");
    assert!(matches!(error, Error::Refused(_)), "{error}");
    assert!(output.is_empty());
    error.to_string()
}

#[test]
fn a_chapter_without_directives_stays_as_it_is() {
    let text = "# Fan-out\n\n{{#include a.rs}}\n\n```text\n{{criteria 9}}\n```\n\n    indented\n";
    assert_eq!(rewritten(&Scratch::new(), text), text);
}

#[test]
fn criteria_are_listed() {
    let expected = "<div class=\"criteria\">\n\n\
        - Never more than `8` in flight. <small><code>eight</code></small>\n\
        - No wake-up is lost. *(every interleaving, by loom)* <small><code>wakes</code></small>\n\n</div>\n";
    assert_eq!(rewritten(&Scratch::new(), "{{criteria fan-out/2}}"), expected);
}

#[test]
fn listings_keep_their_place_in_a_list() {
    let scratch = Scratch::new();
    scratch.file("solutions/lib.rs", "fn a() {\n    // ANCHOR: b\n    b();\n\n    c();\n    // ANCHOR_END: b\n}\n");
    scratch.file("x.toml", "a = 1\n");
    let expected = "1. One:\n\n   <p class=\"listing\"><code>solutions/lib.rs</code>, lines 3–5</p>\n\n   ```rust,ignore\n   \
                    b();\n\n   c();\n   ```\n<p class=\"listing\"><code>x.toml</code></p>\n\n```toml\na = 1\n```\n";
    assert_eq!(rewritten(&scratch, "1. One:\n\n   {{listing solutions/lib.rs b}}\n{{listing x.toml}}\n"), expected);
}

#[test]
fn lanes_are_drawn_into_the_page() {
    let scratch = Scratch::new();
    scratch.file("book/src/pictures/fan-out-02.svg", &draw(&[], &Options::default()));
    let text = rewritten(&scratch, "Before.\n\n{{lanes fan-out-02 Eight tasks, in step.}}\n\nAfter.\n");
    assert!(text.starts_with("Before.\n\n<figure class=\"lanes\">\n<svg "), "{text}");
    assert!(text.ends_with("<figcaption>Eight tasks, in step.</figcaption>\n</figure>\n\nAfter.\n"), "{text}");
}

#[test]
fn outputs_are_shown_below_their_command() {
    let scratch = Scratch::new();
    scratch.file("book/src/outputs/budget.txt", "counted\n\na  1\n");
    let expected = "<p class=\"listing output\"><code>cargo run -q --profile measure -p experiments -- budget</code></p>\n\n\
                    ```text\ncounted\n\na  1\n```\n";
    assert_eq!(rewritten(&scratch, "{{output budget}}"), expected);
}

#[test]
fn every_refused_directive_is_told_with_its_line() {
    let scratch = Scratch::new();
    scratch.file("solutions/lib.rs", "// ANCHOR: b\n\n// ANCHOR_END: b\n");
    let text = "# Title\n{{criteria fan-out/3}}\n{{listing solutions/lib.rs b}}\n{{listing solutions/lib.rs c}}\n\
                {{listing none.rs}}\n{{lanes fan-out-02 Words.}}\n{{foo}}\nText {{criteria 2}}.\n{{lanes ../a b}}\n\
                {{output none}}\n{{output ../a}}\n{{output void}}\n";
    scratch.file("book/src/outputs/void.txt", "\n");
    let told = refused(&scratch, text);
    for expected in [
        "fan-out/02.md:2: {{criteria fan-out/3}}\n    no task is called `fan-out/3`: did you mean fan-out/2?",
        "fan-out/02.md:3: {{listing solutions/lib.rs b}}\n    `solutions/lib.rs` has nothing between `// ANCHOR: b`",
        "fan-out/02.md:4: {{listing solutions/lib.rs c}}\n    `solutions/lib.rs` has no `// ANCHOR: c`; it has b",
        "fan-out/02.md:5: {{listing none.rs}}\n    `none.rs` cannot be read: ",
        "fan-out/02.md:6: {{lanes fan-out-02 Words.}}\n    pictures/fan-out-02.svg cannot be read: ",
        "fan-out/02.md:7: {{foo}}\n    no directive is called `foo`; there are criteria, listing, lanes, picture and output",
        "fan-out/02.md:8: Text {{criteria 2}}.\n    a directive is closed by `}}` and stands alone on its line",
        "fan-out/02.md:9: {{lanes ../a b}}\n    `../a` is no picture's name",
        "fan-out/02.md:10: {{output none}}\n    outputs/none.txt cannot be read: ",
        "fan-out/02.md:11: {{output ../a}}\n    `../a` is no experiment's name",
        "fan-out/02.md:12: {{output void}}\n    outputs/void.txt is empty; `cargo run ",
    ] {
        assert!(told.contains(expected), "{expected}\n\nnot in\n\n{told}");
    }
}

#[test]
fn what_mdbook_does_not_send_is_refused() {
    for input in ["", "{}", "[1]", "[{}, {}]"] {
        let error = run(input.as_bytes(), Vec::new()).expect_err(input);
        assert!(matches!(error, Error::Input(_)), "{input}: {error}");
    }
}
