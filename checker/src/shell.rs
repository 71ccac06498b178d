//! `checker completions` and `checker man`: for the shell, and for `man`. `checker/shell` writes them.

use crate::cli::Shell;
use crate::fault::Fault;
use crate::{Exit, show, tool};
use catalog::Workbook;
use clap::ValueEnum;
use std::process::Command;

/// Prints what makes a shell complete commands, options and the workbook's tasks.
pub(crate) fn completions(workbook: &Workbook, shell: Shell) -> Result<Exit, Fault> {
    let shell = shell.to_possible_value().expect("no shell is skipped");
    let mut arguments = vec!["completions".to_owned(), shell.get_name().to_owned()];
    for task in workbook.tasks()? {
        arguments.extend([show::short(&task), task.metadata().title.clone()]);
    }
    run(workbook, &arguments)
}

/// Prints the manual page.
pub(crate) fn man(workbook: &Workbook) -> Result<Exit, Fault> {
    run(workbook, &["man".to_owned()])
}

fn run(workbook: &Workbook, arguments: &[String]) -> Result<Exit, Fault> {
    let program = tool::program(workbook.root(), "checker-shell", false)?;
    let failed = |said: String| Fault::infra(format!("checker-shell cannot be run: {said}"));
    let status = Command::new(program).args(arguments).status().map_err(|error| failed(error.to_string()))?;
    if status.success() { Ok(Exit::Passed) } else { Err(failed(status.to_string())) }
}
