//! `checker-shell completions SHELL [ID TITLE]…` and `checker-shell man`: what the checker's command line says, for a
//! shell and for `man`. The checker runs it for `cargo checker completions` and `cargo checker man`.

#[expect(dead_code, reason = "the command line is described here, not parsed")]
#[path = "../../src/cli.rs"]
mod cli;
#[path = "../../src/help.rs"]
mod help;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Command, ValueEnum};
use clap_mangen::Man;
use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let text = match &arguments[..] {
        ["completions", shell, tasks @ ..] => completions(shell, tasks),
        ["man"] => man(),
        _ => Err("checker-shell completions SHELL [ID TITLE]…, or checker-shell man".into()),
    };
    let written = text.and_then(|text| match io::stdout().write_all(&text) {
        // A reader that has seen enough is no fault.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The script for this shell, which knows the tasks by id and title.
fn completions(shell: &str, tasks: &[&str]) -> Result<Vec<u8>, Box<dyn Error>> {
    let shell = clap_complete::Shell::from_str(shell, true)?;
    // clap keeps names for ever; so does this process, which ends soon.
    let kept = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let tasks = tasks.as_chunks().0.iter().map(|[id, title]| PossibleValue::new(kept(id)).help(kept(title)));
    let tasks: Vec<PossibleValue> = tasks.collect();
    let mut command = with_tasks(help::command().bin_name("checker"), &tasks);
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, "checker", &mut text);
    if shell == clap_complete::Shell::Bash {
        text.extend_from_slice(include_bytes!("cargo.bash"));
    }
    Ok(text)
}

/// Every argument that is a task takes these.
fn with_tasks(command: Command, tasks: &[PossibleValue]) -> Command {
    if tasks.is_empty() {
        return command;
    }
    let task = |argument: clap::Arg| match argument.get_id().as_str() {
        "id" | "ids" => argument.value_parser(PossibleValuesParser::new(tasks.to_vec())),
        _ => argument,
    };
    command.mut_args(task).mut_subcommands(|one| with_tasks(one, tasks))
}

/// How roff is told to print quotes, which once on a page is enough.
const QUOTES: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// One page for all commands: the whole, then a section for each.
fn man() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut command = help::command();
    command.build();
    let page = Man::new(command.clone()).title("CHECKER").manual("The pipeline workbook");
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    sections(&command, "", &mut text)?;
    page.render_extra_section(&mut text)?;
    Ok(text)
}

fn sections(command: &Command, above: &str, text: &mut Vec<u8>) -> io::Result<()> {
    for one in command.get_subcommands().filter(|one| !one.is_hide_set() && one.get_name() != "help") {
        let name = format!("{above}{}", one.get_name());
        writeln!(text, ".SH \"CARGO CHECKER {}\"", name.to_uppercase())?;
        // Those that every command has are told once.
        let own = |argument: clap::Arg| match argument.get_id().as_str() {
            "color" | "help" => argument.hide(true),
            _ => argument,
        };
        let own = one.clone().mut_args(own);
        let options = own.get_arguments().any(|argument| !argument.is_hide_set());
        let page = Man::new(own);
        let mut section = Vec::new();
        page.render_description_section(&mut section)?;
        page.render_synopsis_section(&mut section)?;
        if options {
            page.render_options_section(&mut section)?;
        }
        // Sections of a page of its own are parts of a section here; what it is about needs no heading.
        let section = String::from_utf8_lossy(&section).replace(".SH DESCRIPTION\n", "").replace(".SH ", ".SS ");
        let section = section.replace(QUOTES, "");
        text.extend_from_slice(section.as_bytes());
        sections(one, &format!("{name} "), text)?;
    }
    Ok(())
}
