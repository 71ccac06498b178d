//! `checker update`: the workbook's new version around what the learner wrote.

use crate::fault::Fault;
use crate::report::counted;
use crate::style::{BOLD, CYAN, DIM, YELLOW};
use crate::{Exit, stage};
use catalog::Workbook;

/// Updates the workbook, and says what is new and what needs the learner's eye.
pub(crate) fn update(workbook: &Workbook, from: Option<&str>) -> Result<Exit, Fault> {
    let _others_wait = stage::hold(workbook.root());
    let updated = update::update(workbook.root(), from)?;
    if updated.already {
        outln!("The workbook is up to date with {}.", updated.source);
        return Ok(Exit::Passed);
    }
    let files = updated.written + updated.removed;
    outln!("{BOLD}Updated{BOLD:#} from {}: {}.", updated.source, counted(files, "file"));
    if !updated.added.is_empty() {
        outln!("\nNew tasks:");
        updated.added.iter().for_each(|task| outln!("  {task}"));
    }
    if !updated.renamed.is_empty() {
        outln!("\nTasks with another name; your files and your progress went along:");
        updated.renamed.iter().for_each(|(old, new)| outln!("  {old} {DIM}is now{DIM:#} {new}"));
    }
    if !updated.beside.is_empty() {
        outln!("\n{YELLOW}These changed, and so did yours. Yours stay; the new ones lie beside:{YELLOW:#}");
        for (own, new) in &updated.beside {
            outln!("  {own}\n    {DIM}new:{DIM:#} {new}");
        }
        if let Some((own, new)) = updated.beside.first() {
            outln!("  {DIM}compare:{DIM:#} {CYAN}git diff --no-index {own} {new}{CYAN:#}");
        }
    }
    if !updated.left.is_empty() {
        outln!("\nNo longer part of the workbook, and left as they are, since you wrote in them:");
        updated.left.iter().for_each(|folder| outln!("  {folder}"));
    }
    if let Some((folder, paths)) = &updated.backup {
        outln!("\nChanged by you and by the workbook. Your versions are kept in {folder}:");
        paths.iter().for_each(|path| outln!("  {path}"));
    }
    outln!(
        "\n{DIM}what was passed stays passed:{DIM:#} {CYAN}cargo checker list{CYAN:#} {DIM}says with which tests{DIM:#}"
    );
    Ok(Exit::Passed)
}
