//! `checker watch`: judges a task at each save, and shows what came of it on a screen.
//!
//! The program knows how to show, and nothing about judging: it starts the checker, reads its records and prints its
//! words. Every program that it starts ends with it, since the checker stands guard over them.

mod app;
mod board;
mod child;
mod event;
mod files;
mod input;
mod keys;
mod look;
mod plain;
mod screen;
mod tasks;
mod terminal;
mod text;

use clap::Parser;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the checker starts this with.
#[derive(Clone, Debug, Parser)]
#[command(about = "Started by `cargo checker watch`, whose --help says more.")]
struct Options {
    /// The checker's program.
    checker: PathBuf,
    /// The workbook's folder.
    root: PathBuf,
    /// The task's id, such as fan-out/7.
    task: String,
    /// Look at the files twice a second instead of waiting for the system to tell.
    #[arg(long)]
    poll: bool,
    /// When to use colours.
    #[arg(long, default_value = "auto")]
    color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Options {
    /// Whether there are colours on the screen.
    fn coloured(&self) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty()),
        }
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    let watched = match std::io::stdout().is_terminal() && !dumb {
        true => app::watch(&options),
        false => plain::watch(&options),
    };
    match watched {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(3)
        }
    }
}
