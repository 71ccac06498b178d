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
    let (mut tables, mut title) = (Vec::new(), title.to_owned());
    for line in input.lines() {
        match serde_json::from_str(&line?)? {
            Record::Table(table) => tables.push(table),
            // A figure is true of the machine that it was measured on.
            Record::Machine { cores: 1 } => title += ", on 1 core",
            Record::Machine { cores } => title += &format!(", on {cores} cores"),
            Record::Note { .. } | Record::Expectation { .. } => {}
        }
    }
    picture::of(&tables, &title)
}
