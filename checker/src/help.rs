//! `--help`: the commands in groups, and what to do first.

use crate::cli::Cli;
use clap::CommandFactory;
use std::fmt::Write;

/// The commands by what they are for; one that is in no group is listed last.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Solve tasks", &["next", "show", "open", "task", "watch", "hint", "list"]),
    ("Look closer", &["trace", "bench", "diff", "book", "reset"]),
    ("Your workbook", &["init", "update", "doctor", "completions", "man"]),
    ("Teach with it", &["grade", "export"]),
    ("Work on the workbook", &["verify", "dev"]),
];

const FIRST: &str = "\
Begin with:
  cargo checker next      the first task that you have not passed
  cargo checker open      edit it; the comment at its top says what to build
  cargo checker task 1    judge it, read what it says, edit, judge again
  cargo checker hint      one more hint at each call

A task is 7, s2, fan-out/7 or serial-pipeline.
`cargo checker help COMMAND` says more about a command.";

/// The command line with its help.
pub(crate) fn command() -> clap::Command {
    let command = Cli::command();
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{FIRST}\n\n{}Options:\n{{options}}{{after-help}}",
        groups(&command)
    );
    command.help_template(template).max_term_width(80)
}

fn groups(command: &clap::Command) -> String {
    let heading = |text: &mut String, name: &str| {
        let style = command.get_styles().get_header();
        let _ = writeln!(text, "{style}{name}:{style:#}");
    };
    let mut text = String::new();
    let mut told = vec!["help"];
    for (name, members) in GROUPS {
        let members: Vec<_> = members.iter().filter_map(|name| command.find_subcommand(name)).collect();
        if members.is_empty() {
            continue;
        }
        heading(&mut text, name);
        members.iter().for_each(|member| line(&mut text, member));
        text.push('\n');
        told.extend(members.iter().map(|member| member.get_name()));
    }
    let others: Vec<_> =
        command.get_subcommands().filter(|one| !one.is_hide_set() && !told.contains(&one.get_name())).collect();
    if !others.is_empty() {
        heading(&mut text, "More");
        others.into_iter().for_each(|other| line(&mut text, other));
        text.push('\n');
    }
    text
}

/// A command and what it does, in 80 columns.
fn line(text: &mut String, command: &clap::Command) {
    const COLUMN: usize = 13;
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    for (index, part) in textwrap::wrap(&about, 80 - 2 - COLUMN).into_iter().enumerate() {
        let name = if index == 0 { command.get_name() } else { "" };
        let _ = writeln!(text, "  {name:<COLUMN$}{part}");
    }
}
