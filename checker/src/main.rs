//! The checker: judges a task, says where a learner is, and proves the workbook itself.

mod bench;
mod book;
mod build;
mod cli;
mod dev;
mod doctor;
mod fault;
mod judge;
mod progress;
mod report;
mod rules;
mod show;
mod stage;
mod style;
mod subject;
mod task;
mod trace;
mod verify;

use clap::Parser;
use cli::{Cli, Command, Dev};
use fault::Fault;
use std::process::ExitCode;

/// How every run ends; `--help` documents these, and nothing else decides an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Every criterion passes; for other commands: done.
    Passed = 0,
    /// Some criterion does not pass; the subject does not build, or ends its benchmark; or `verify`, `doctor` or
    /// `dev tidy` found something.
    Failed = 1,
    /// Wrong use: an unknown task, an option that does not exist, a broken `Cargo.toml`. clap uses it too.
    Usage = 2,
    /// The grader or a service is at fault, never the learner.
    Infra = 3,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.color.write_global();
    let exit = run(cli.command).unwrap_or_else(|fault| {
        anstream::eprintln!("{fault}");
        fault.exit()
    });
    ExitCode::from(exit as u8)
}

fn run(command: Option<Command>) -> Result<Exit, Fault> {
    let here = std::env::current_dir().map_err(|error| Fault::infra(format!("the current folder is gone: {error}")))?;
    let workbook = catalog::Workbook::find(&here)?;
    match command {
        None => show::where_am_i(&workbook),
        Some(Command::List) => show::list(&workbook),
        Some(Command::Show { id }) => show::show(&workbook, &id),
        Some(Command::Task(options)) => task::task(&workbook, &options),
        Some(Command::Trace(options)) => trace::trace(&workbook, &options),
        Some(Command::Bench(options)) => bench::bench(&workbook, &options),
        Some(Command::Book { id }) => book::book(&workbook, id.as_deref()),
        Some(Command::Verify { ids }) => verify::verify(&workbook, &ids),
        Some(Command::Doctor) => doctor::doctor(&workbook),
        Some(Command::Dev(Dev::New { id, title })) => dev::new::new(&workbook, &id, &title),
        Some(Command::Dev(Dev::Tidy { pristine })) => dev::tidy::tidy(&workbook, pristine),
        Some(Command::Dev(Dev::Mutants { ids })) => dev::mutants::mutants(&workbook, &ids),
        Some(Command::Dev(Dev::Soak { ids, repeats })) => dev::soak::soak(&workbook, &ids, repeats),
    }
}
