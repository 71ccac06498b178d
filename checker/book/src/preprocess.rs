//! mdBook's protocol: a context and a book as JSON in, the book out.
//!
//! The book is taken as it comes and every chapter's `content` is rewritten; all else is passed through, so that
//! a newer mdBook's fields are not lost.

use crate::chapter::{self, Material};
use catalog::Workbook;
use serde_json::Value;
use std::io::{Read, Write};
use std::path::Path;
use thiserror::Error as Derive;

pub use crate::chapter::Refused;

/// Why there is no book.
#[derive(Debug, Derive)]
pub enum Error {
    /// The input is not what mdBook sends.
    #[error("this is not mdBook's input: {0}")]
    Input(String),
    /// The workbook itself is unsound.
    #[error("{0}: {help}", help = .0.help())]
    Workbook(#[from] catalog::Error),
    /// Directives that cannot be carried out, in all chapters.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Refused>),
    /// The output is closed.
    #[error("the book cannot be handed back: {0}")]
    Output(#[from] serde_json::Error),
}

/// Reads `[context, book]`, writes the book with its directives carried out.
///
/// # Errors
///
/// Nothing is written if a directive of any chapter cannot be carried out; all of them are told.
pub fn run(input: impl Read, output: impl Write) -> Result<(), Error> {
    let input: Value = serde_json::from_reader(input).map_err(|error| Error::Input(error.to_string()))?;
    let Value::Array(parts) = input else { return Err(Error::Input("it is no array".into())) };
    let Ok([context, mut book]) = <[Value; 2]>::try_from(parts) else {
        return Err(Error::Input("it has not two parts".into()));
    };
    let root = context["root"].as_str().ok_or_else(|| Error::Input("the context has no root".into()))?;
    let chapters = Path::new(root).join(context["config"]["book"]["src"].as_str().unwrap_or("src"));
    let workbook = Workbook::find(Path::new(root))?;
    let material = Material { tasks: workbook.tasks()?, workbook, chapters };

    let mut refused = Vec::new();
    let items = book["items"].as_array_mut().ok_or_else(|| Error::Input("the book has no items".into()))?;
    rewrite(items, &material, &mut refused);
    if !refused.is_empty() {
        return Err(Error::Refused(refused));
    }
    serde_json::to_writer(output, &book)?;
    Ok(())
}

fn rewrite(items: &mut [Value], material: &Material, refused: &mut Vec<Refused>) {
    for item in items {
        // Separators and part titles have no content.
        let Some(chapter) = item.get_mut("Chapter") else { continue };
        let file = chapter["source_path"].as_str().or(chapter["name"].as_str()).unwrap_or_default().to_owned();
        if let Some(Value::String(content)) = chapter.get_mut("content") {
            *content = chapter::rewritten(content, &file, material, refused);
        }
        if let Some(Value::Array(below)) = chapter.get_mut("sub_items") {
            rewrite(below, material, refused);
        }
    }
}
