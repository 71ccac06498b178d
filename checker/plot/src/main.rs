//! `checker-plot TITLE`: a benchmark's records on stdin, one SVG picture on stdout. The checker runs it for
//! `cargo checker bench ID --svg FILE`.

mod axis;
mod bars;
mod lines;
mod picture;
#[cfg(test)]
mod tests;

use measure::Record;
use std::error::Error;
use std::io::{self, BufRead};
use std::process::ExitCode;

fn main() -> ExitCode {
    match draw(io::stdin().lock(), &std::env::args().nth(1).unwrap_or_default()) {
        Ok(picture) => {
            print!("{picture}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn draw(input: impl BufRead, title: &str) -> Result<String, Box<dyn Error>> {
    let mut tables = Vec::new();
    for line in input.lines() {
        if let Record::Table(table) = serde_json::from_str(&line?)? {
            tables.push(table);
        }
    }
    picture::of(&tables, title)
}
