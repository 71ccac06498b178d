//! The compiler, cargo, and their components.

use super::{Finding, said, version};
use catalog::Workbook;
use std::process::Command;

pub(super) fn examine(workbook: &Workbook) -> Vec<Finding> {
    let mut findings = vec![compiler("rustc"), compiler("cargo")];
    findings.extend(overridden());
    for (tool, what) in [("rustfmt", "formats your code"), ("clippy-driver", "lints your code")] {
        let name = tool.trim_end_matches("-driver");
        findings.push(match version(tool) {
            Some(version) => Finding::ok(name, version),
            None => {
                Finding::less(name, "not found", format!("{what}; no verdict needs it: `rustup component add {name}`"))
            }
        });
    }
    findings.push(linker());
    findings.push(git(workbook));
    findings
}

fn compiler(tool: &str) -> Finding {
    let wanted = env!("CARGO_PKG_RUST_VERSION");
    match version(tool) {
        Some(version) if newer(&version, wanted) => Finding::ok(tool, version),
        Some(version) => {
            Finding::bad(tool, version, format!("the workbook was tested with {wanted}: `rustup update stable`"))
        }
        None => Finding::bad(tool, "not found", "install Rust: https://rustup.rs"),
    }
}

/// A toolchain that a folder or a variable asks for, in place of the default one.
fn overridden() -> Option<Finding> {
    let active = said(Command::new("rustup").args(["show", "active-toolchain"]))?;
    let (name, why) = active.split_once(' ').unwrap_or((&active, ""));
    Some(match why.contains("default") || why.is_empty() {
        true => Finding::ok("rustup", format!("{name}, the default")),
        false => Finding::ok("rustup", format!("{name} {why}")),
    })
}

/// Cargo's own message about a missing linker is long.
fn linker() -> Finding {
    let found = ["cc", "gcc", "clang"].into_iter().find_map(|tool| Some((tool, version(tool)?)));
    match found {
        Some((_, version)) => Finding::ok("linker", version),
        None if cfg!(windows) => Finding::ok("linker", "not looked for"),
        None => Finding::bad(
            "linker",
            "no cc, gcc or clang",
            "`apt install gcc libc6-dev`, `dnf install gcc`, or on macOS `xcode-select --install`",
        ),
    }
}

fn git(workbook: &Workbook) -> Finding {
    let Some(version) = version("git") else {
        return Finding::less("git", "not found", "only `cargo checker update` needs it: https://git-scm.com");
    };
    let top = said(Command::new("git").args(["rev-parse", "--show-toplevel"]).current_dir(workbook.root()));
    match top.map(|top| std::path::Path::new(&top).canonicalize()) {
        Some(Ok(top)) if top == workbook.root() => Finding::ok("git", version),
        _ => Finding::less(
            "git",
            format!("{version}; this workbook is no repository"),
            "`cargo checker update` needs one: `checker init DIR` or `git clone` makes one",
        ),
    }
}

/// Whether `rustc 1.96.1 (…)` is at least `1.95`.
fn newer(version: &str, wanted: &str) -> bool {
    let numbers = |text: &str| -> Option<(u32, u32)> {
        let mut parts = text.split(['.', '-']).map(|part| part.parse().ok());
        Some((parts.next()??, parts.next()??))
    };
    let found = version.split_whitespace().find_map(numbers);
    match (found, numbers(wanted)) {
        (Some(found), Some(wanted)) => found >= wanted,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::newer;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(newer("rustc 1.100.0 (abc 2027-01-01)", "1.95"));
        assert!(newer("cargo 1.95.0 (f2d3ce0bd 2026-03-21)", "1.95"));
        assert!(!newer("rustc 1.94.1 (abc)", "1.95"));
        assert!(newer("rustc 1.95.0-nightly", "1.95"));
    }
}
