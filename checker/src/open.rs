//! `checker open`: the file to edit, in the learner's editor.

use crate::fault::Fault;
use crate::progress::Progress;
use crate::style::{CYAN, DIM};
use crate::{Exit, show};
use catalog::Workbook;
use std::path::Path;
use std::process::Command;

/// Opens the task's file in `$VISUAL` or `$EDITOR`; without either, prints where it is.
pub(crate) fn open(workbook: &Workbook, id: Option<&str>) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let task = match id {
        Some(id) => catalog::resolve(&tasks, id)?,
        None => show::unsolved(&tasks, &Progress::read(workbook.root()))?,
    };
    let file = task.exercise().join("src/lib.rs");
    if !file.exists() {
        let help = format!("`cargo checker reset {}` brings it back", show::short(task));
        return Err(Fault::usage(format!("{} is gone", file.display())).help(help));
    }
    let editor =
        ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|text| !text.trim().is_empty()));
    let Some(editor) = editor else {
        println!("{}", file.display());
        errln!(
            "{DIM}to open it from here, name your editor, such as{DIM:#} {CYAN}export VISUAL=vim{CYAN:#} \
             {DIM}or{DIM:#} {CYAN}VISUAL=\"code\"{CYAN:#}"
        );
        return Ok(Exit::Passed);
    };
    edit(&editor, &file)
}

/// Runs the editor and waits for it. It may have options of its own, such as `code --wait`: as git does, a shell reads
/// it.
fn edit(editor: &str, file: &Path) -> Result<Exit, Fault> {
    let shell = Command::new("sh").arg("-c").arg(format!("{editor} \"$@\"")).arg(editor).arg(file).status();
    let status = shell.map_err(|error| Fault::infra(format!("the editor `{editor}` does not start: {error}")))?;
    match status.code() {
        Some(0) => Ok(Exit::Passed),
        Some(126 | 127) => {
            let help = format!("set VISUAL or EDITOR to a program on your path; the file is {}", file.display());
            Err(Fault::usage(format!("there is no editor `{editor}`")).help(help))
        }
        _ => Err(Fault::usage(format!("the editor `{editor}` ended with {status}"))),
    }
}
