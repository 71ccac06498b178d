//! `checker hint`: one more at each call. The hint of the criterion that was the first to fail comes first.

use crate::cli::HintOptions;
use crate::fault::Fault;
use crate::progress::{self, Progress};
use crate::style::{BOLD, CYAN, DIM};
use crate::{Exit, report, show};
use catalog::{Hint, Hints, Task, Workbook};

/// Shows the next hint of a task, or all that were seen.
pub(crate) fn hint(workbook: &Workbook, options: &HintOptions) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let root = workbook.root();
    let mut progress = Progress::read(root);
    let task = match &options.id {
        Some(id) => catalog::resolve(&tasks, id)?,
        None => show::unsolved(&tasks, &progress)?,
    };
    let (id, hints) = (task.id(), task.hints()?);
    if options.all {
        all(task, &hints, &progress)?;
        return Ok(Exit::Passed);
    }
    let seen = if options.again { Vec::new() } else { progress.hints(&id).to_vec() };
    let Some(hint) = next(&hints, progress.failing(&id), &seen) else {
        out!("{}", spent(task, &hints));
        return Ok(Exit::Passed);
    };
    progress = progress::update(root, |file| {
        if options.again {
            file.forget_hints(&id);
        }
        file.see(&id, &hint.name);
    });
    out!("\n{}", one(task, &hints, hint)?);
    let left = left(&hints, progress.failing(&id), progress.hints(&id));
    out!("\n{}", remaining(task, left));
    Ok(Exit::Passed)
}

/// The failing criterion's own hint, else the next graded one.
fn next<'a>(hints: &'a Hints, failing: Option<&str>, seen: &[String]) -> Option<&'a Hint> {
    let unseen = |hint: &&Hint| !seen.contains(&hint.name);
    let own = failing.and_then(|test| hints.of(test)).filter(unseen);
    own.or_else(|| hints.graded().iter().find(unseen))
}

/// How many further calls give a hint.
fn left(hints: &Hints, failing: Option<&str>, seen: &[String]) -> usize {
    let own = failing.and_then(|test| hints.of(test));
    hints.graded().iter().chain(own).filter(|hint| !seen.contains(&hint.name)).count()
}

fn remaining(task: &Task, left: usize) -> String {
    let id = show::short(task);
    match left {
        0 => format!("{DIM}that was the last one; all again:{DIM:#} {BOLD}cargo checker hint {id} --all{BOLD:#}\n"),
        1 => format!("{DIM}one is left:{DIM:#} {BOLD}cargo checker hint {id}{BOLD:#}\n"),
        _ => format!("{DIM}{left} are left:{DIM:#} {BOLD}cargo checker hint {id}{BOLD:#}\n"),
    }
}

fn spent(task: &Task, hints: &Hints) -> String {
    let id = show::short(task);
    format!(
        "You have seen all {} hints of {}.\n\n  \
         {CYAN}cargo checker hint {id} --all{CYAN:#}     prints them\n  \
         {CYAN}cargo checker hint {id} --again{CYAN:#}   starts over\n  \
         {CYAN}cargo checker diff {id} --spoil{CYAN:#}   shows the reference solution beside your code\n",
        hints.graded().len(),
        task.id()
    )
}

/// Those that were seen: graded ones in their order, then those of criteria.
fn all(task: &Task, hints: &Hints, progress: &Progress) -> Result<(), Fault> {
    let seen = progress.hints(&task.id());
    let shown: Vec<&Hint> =
        hints.graded().iter().chain(hints.of_criteria()).filter(|hint| seen.contains(&hint.name)).collect();
    if shown.is_empty() {
        let id = show::short(task);
        outln!("You have seen no hint of {} yet: {BOLD}cargo checker hint {id}{BOLD:#}", task.id());
    }
    for hint in shown {
        out!("\n{}", one(task, hints, hint)?);
    }
    Ok(())
}

/// A hint under its heading.
fn one(task: &Task, hints: &Hints, hint: &Hint) -> Result<String, Fault> {
    let title = format!("{BOLD}{} {}{BOLD:#}", task.id(), task.metadata().title);
    let mut text = match hint.name.parse::<usize>() {
        Ok(number) => format!("{title}{DIM}, hint {number} of {}{DIM:#}\n\n", hints.graded().len()),
        Err(_) => {
            let criteria = task.criteria()?;
            let criterion = criteria.iter().find(|criterion| criterion.test == hint.name);
            let asks = criterion.map_or(hint.name.clone(), |criterion| criterion.statement.replace('`', ""));
            let lines: String = report::wrapped(&asks).iter().map(|line| format!("  {DIM}{line}{DIM:#}\n")).collect();
            format!("{title}{DIM}, the hint for a criterion{DIM:#}\n\n{lines}\n")
        }
    };
    text.push_str(&flowing(&hint.text));
    Ok(text)
}

/// Markdown as a terminal's paragraphs: flowing text in the report's width, code and lists as they are, `code` in
/// colour.
fn flowing(markdown: &str) -> String {
    let mut text = String::new();
    let mut paragraph = String::new();
    let mut fenced = false;
    for line in markdown.lines().chain([""]) {
        let fence = line.trim_start().starts_with("```");
        let item = line.starts_with("- ");
        if (line.trim().is_empty() || fence || item || fenced) && !paragraph.is_empty() {
            let hanging = if paragraph.starts_with("- ") { "  " } else { "" };
            for line in report::wrap(&paragraph, report::WIDTH - 4, hanging) {
                text.push_str(&format!("  {line}\n"));
            }
            paragraph.clear();
        }
        match line.trim() {
            _ if fence => fenced = !fenced,
            _ if fenced => text.push_str(&format!("      {line}\n")),
            "" => text.push('\n'),
            words => {
                let space = if paragraph.is_empty() { "" } else { " " };
                paragraph.push_str(&format!("{space}{words}"));
            }
        }
    }
    let text = text.trim_end().to_owned() + "\n";
    let coloured = text.split('`').enumerate().map(|(index, part)| match index % 2 {
        0 => part.to_owned(),
        _ => format!("{CYAN}{part}{CYAN:#}"),
    });
    coloured.collect()
}

#[cfg(test)]
mod tests {
    use super::flowing;

    #[test]
    fn paragraphs_flow_and_code_stays() {
        let text = anstream::adapter::strip_str(&flowing(
            "One\ntwo `three`.\n\n- an item\n- another\n\n```\nlet x  = 1;\n```\n\nThe end.",
        ))
        .to_string();
        assert_eq!(text, "  One two three.\n\n  - an item\n  - another\n\n      let x  = 1;\n\n  The end.\n");
    }
}
