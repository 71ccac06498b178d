//! The checker: judges a task, says where a learner is, and proves the workbook itself.

#[macro_use]
mod out;

mod backup;
mod bench;
mod book;
mod build;
mod cargo;
mod cli;
mod dev;
mod diff;
mod doctor;
mod export;
mod fault;
#[cfg(feature = "grade")]
mod grade;
mod guard;
mod handover;
mod help;
mod hint;
mod judge;
mod list;
mod lock;
mod make;
mod open;
mod progress;
mod refresh;
mod report;
mod reset;
mod rules;
mod shell;
mod show;
mod stage;
mod style;
mod subject;
mod task;
mod tool;
mod trace;
mod verify;
mod watch;
mod whose;

use clap::FromArgMatches;
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
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == guard::GUARD => return ExitCode::from(guard::run(arguments)),
        Some(first) if first == rules::READER => return ExitCode::from(rules::run(arguments)),
        _ => {}
    }
    #[cfg(feature = "grade")]
    if let Some(code) = grade::wrapped() {
        return code;
    }
    handover::go_back();
    let cli = match help::command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            out::note(error.print());
            return end(if error.use_stderr() { Exit::Usage } else { Exit::Passed });
        }
    };
    cli.color.write_global();
    let exit = run(cli).unwrap_or_else(|fault| {
        errln!("{fault}");
        fault.exit()
    });
    end(exit)
}

/// The exit code, unless the output was lost.
fn end(exit: Exit) -> ExitCode {
    let exit = out::failed().map_or(exit, |error| {
        errln!("{}", Fault::infra(format!("the output cannot be written: {error}")).help("free some space there"));
        Exit::Infra
    });
    ExitCode::from(exit as u8)
}

fn run(cli: Cli) -> Result<Exit, Fault> {
    let here = std::env::current_dir().map_err(|error| Fault::infra(format!("the current folder is gone: {error}")))?;
    let workbook = catalog::Workbook::find(&here);
    let command = match (cli.command, &workbook) {
        (Some(Command::Init { dir, source }), Err(_)) => return make::init(&dir, source.as_deref()),
        (Some(Command::Init { dir, source: Some(source) }), Ok(_)) => return make::init(&dir, Some(&source)),
        (Some(Command::Init { dir, source: None }), Ok(workbook)) => return make::beside(workbook, &dir),
        (command, _) => command,
    };
    let workbook = workbook.map_err(outside)?;
    if handover::installed() {
        handover::hand_over(workbook.root())?;
    }
    match command {
        None => show::where_am_i(&workbook),
        Some(Command::Next) => show::next(&workbook),
        Some(Command::List { json: true }) => watch::list(&workbook),
        Some(Command::List { json: false }) => list::list(&workbook),
        Some(Command::Show { id }) => show::show(&workbook, &id),
        Some(Command::Open { id }) => open::open(&workbook, id.as_deref()),
        Some(Command::Task(options)) => task::task(&workbook, &options),
        Some(Command::Watch(options)) => watch::watch(&workbook, &options, cli.color),
        Some(Command::Trace(options)) => trace::trace(&workbook, &options),
        Some(Command::Hint(options)) => hint::hint(&workbook, &options),
        Some(Command::Diff(options)) => diff::diff(&workbook, &options),
        Some(Command::Reset(options)) => reset::reset(&workbook, &options),
        Some(Command::Bench(options)) => bench::bench(&workbook, &options),
        Some(Command::Book { id }) => book::book(&workbook, id.as_deref()),
        #[cfg(feature = "grade")]
        Some(Command::Grade(options)) => grade::grade(&workbook, &options),
        #[cfg(not(feature = "grade"))]
        Some(Command::Grade(_)) => {
            handover::whole(workbook.root(), &std::env::args_os().skip(1).collect::<Vec<_>>()).map(|()| Exit::Infra)
        }
        Some(Command::Verify(options)) => verify::verify(&workbook, &options),
        Some(Command::Update { from }) => refresh::update(&workbook, from.as_deref()),
        Some(Command::Export(options)) => export::export(&workbook, &options),
        Some(Command::Doctor { json }) => doctor::doctor(&workbook, json),
        Some(Command::Init { dir, source }) => make::init(&dir, source.as_deref()),
        Some(Command::Completions { shell }) => shell::completions(&workbook, shell),
        Some(Command::Man) => shell::man(&workbook),
        Some(Command::Dev(Dev::New { id, title })) => dev::new::new(&workbook, &id, &title),
        Some(Command::Dev(Dev::Tidy { pristine })) => dev::tidy::tidy(&workbook, pristine),
        Some(Command::Dev(Dev::Mutants { ids })) => dev::mutants::mutants(&workbook, &ids),
        Some(Command::Dev(Dev::Soak { ids, repeats })) => dev::soak::soak(&workbook, &ids, repeats),
    }
}

/// Outside a workbook there is nothing to judge: how to get to one.
fn outside(error: catalog::Error) -> Fault {
    let outside = matches!(error, catalog::Error::NoWorkbook { .. });
    let fault = Fault::from(error);
    match outside {
        true if cfg!(feature = "archive") => fault.help(
            "go into a workbook's folder, the one with Cargo.toml, exercises/ and tests/harness/; or make one: \
             `checker init DIR`",
        ),
        _ => fault,
    }
}
