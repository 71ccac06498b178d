//! What some tasks and the book need.

use super::{Finding, version};
use catalog::Workbook;
use std::process::Command;

pub(super) fn examine(workbook: &Workbook) -> Vec<Finding> {
    let tasks = workbook.tasks().unwrap_or_default();
    let mut wanted: Vec<&str> = tasks.iter().flat_map(|task| &task.metadata().requires).map(String::as_str).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut findings = Vec::new();
    for service in wanted {
        let needs = |task: &&catalog::Task| task.metadata().requires.iter().any(|name| name == service);
        let blocked: Vec<String> = tasks.iter().filter(needs).map(catalog::Task::id).collect();
        findings.push(match services::find(service) {
            Ok(services::Found::Program(program)) => {
                let version = super::said(Command::new(&program).arg("--version"));
                let version = version.map_or_else(String::new, |version| format!("{version}, "));
                Finding::ok(service, format!("{version}{}", program.display()))
            }
            Ok(found) => Finding::ok(service, found.to_string()),
            Err(missing) => Finding::less(service, missing.reason, missing.remedy).blocks(blocked),
        });
    }
    findings.push(match version("mdbook") {
        Some(version) if version.contains("v0.5") => Finding::ok("mdbook", version),
        Some(version) => {
            Finding::less("mdbook", version, "the book is built with 0.5: `cargo install --locked mdbook@0.5.4`")
        }
        None => Finding::less("mdbook", "not found", "to build the book: `cargo install --locked mdbook@0.5.4`"),
    });
    findings
}
