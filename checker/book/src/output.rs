//! `{{output NAME}}`: what an experiment printed.

use crate::chapter::is_name;
use crate::listing;
use std::fs;
use std::path::Path;

/// What prints an experiment's output.
const COMMAND: &str = "cargo run -q --profile measure -p experiments --";

/// The stored output, with a line above it that says what prints it.
pub(crate) fn markdown(chapters: &Path, name: &str) -> Result<String, String> {
    if !is_name(name) {
        return Err(format!("`{name}` is no experiment's name: letters, digits, `-` and `_`"));
    }
    let file = Path::new("outputs").join(format!("{name}.txt"));
    let shown = file.display();
    let text = fs::read_to_string(chapters.join(&file))
        .map_err(|error| format!("{shown} cannot be read: {error}; `{COMMAND} --write {name}` stores it"))?;
    let text = text.trim_end();
    if text.is_empty() {
        return Err(format!("{shown} is empty; `{COMMAND} --write {name}` stores it"));
    }
    let fence = listing::fence(text);
    Ok(format!("<p class=\"listing output\"><code>{COMMAND} {name}</code></p>\n\n{fence}text\n{text}\n{fence}"))
}
