//! The README of a class's copy: what a learner needs, and nothing else.

use crate::cli::Kept;
use crate::fault::Fault;
use crate::show;
use catalog::Task;
use std::fmt::Write;

const TEXT: &str = include_str!("readme.md.txt");
const INCLUDED: &str = include_str!("readme_included.md.txt");
const ABSENT: &str = include_str!("readme_absent.md.txt");

/// The text for these tasks.
pub(super) fn text(tasks: &[&Task], tests: Kept) -> Result<String, Fault> {
    let first = tasks.first().copied();
    let graded = match tests {
        Kept::Included => INCLUDED,
        Kept::Absent => ABSENT,
    };
    Ok(TEXT
        .replace("{graded}", graded.trim_end())
        .replace("{tasks}", table(tasks)?.trim_end())
        .replace("{id}", &first.map(show::short).unwrap_or_default())
        .replace("{folder}", &first.map(show::folder).unwrap_or_default()))
}

/// A line for each task, with its points where not every criterion is worth one.
fn table(tasks: &[&Task]) -> Result<String, Fault> {
    let mut table = String::from("| task | title | criteria | points | where |\n|---|---|---|---|---|\n");
    for task in tasks {
        let criteria = task.criteria()?;
        let points: u32 = criteria.iter().map(|criterion| task.metadata().points(&criterion.test)).sum();
        let (id, title) = (show::short(task), &task.metadata().title);
        let _ = writeln!(
            table,
            "| {id} | {title} | {} | {points} | `exercises/{}/src` |",
            criteria.len(),
            show::folder(task)
        );
    }
    Ok(table)
}
