//! `checker-diff [--unified|--side-by-side] [--color=always|never]`: a learner's files and the reference's on stdin, as
//! JSON; their differences on stdout. The checker runs it for `cargo checker diff ID`.
//!
//! For a terminal in colour, with the syntax; for anything else a unified diff that `patch -p1` takes.

mod code;
mod columns;
mod pair;
mod unified;

use pair::Pair;
use std::error::Error;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

/// Side by side is for terminals with at least this many columns.
const WIDE: usize = 150;

fn main() -> ExitCode {
    let shown = show().and_then(|text| match io::stdout().write_all(text.as_bytes()) {
        // A reader that has seen enough is no fault.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    });
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn show() -> Result<String, Box<dyn Error>> {
    let asks = |option: &str| std::env::args().any(|argument| argument == option);
    let pairs: Vec<Pair> = serde_json::from_reader(io::stdin().lock())?;
    let pairs: Vec<Pair> = pairs.into_iter().filter(Pair::differs).collect();
    if pairs.is_empty() {
        eprintln!("There is no difference: your code is the reference solution.");
    }
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let colour = asks("--color=always");
    let beside = asks("--side-by-side") || (!asks("--unified") && io::stdout().is_terminal() && width >= Some(WIDE));
    Ok(match (beside, colour) {
        (true, _) => {
            let text = columns::all(&pairs, width.unwrap_or(WIDE));
            if colour { text } else { anstream::adapter::strip_str(&text).to_string() }
        }
        (false, true) => unified::coloured(&pairs),
        (false, false) => unified::patch(&pairs),
    })
}
