//! `checker doctor`: what this machine has, what it lacks, and the remedy of each finding.

use crate::fault::Fault;
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW};
use crate::{Exit, stage};
use catalog::Workbook;
use std::path::Path;
use std::process::Command;

enum State {
    Good,
    /// Something does less, or is slower.
    Less(String),
    /// Judging does not work.
    Bad(String),
}

/// Looks at everything that judging needs.
pub(crate) fn doctor(workbook: &Workbook, _json: bool) -> Result<Exit, Fault> {
    let mut bad = 0;
    let mut say = |what: &str, found: String, state: State| {
        let (style, mark) = match state {
            State::Good => (GREEN, "ok"),
            State::Less(_) => (YELLOW, "less"),
            State::Bad(_) => (RED, "bad"),
        };
        outln!("{style}{mark:>5}{style:#}  {BOLD}{what:<14}{BOLD:#} {found}");
        if let State::Less(remedy) | State::Bad(remedy) = &state {
            for line in crate::report::wrapped(remedy) {
                outln!("       {:<14} {DIM}{line}{DIM:#}", "");
            }
        }
        bad += usize::from(matches!(state, State::Bad(_)));
    };
    toolchain(&mut say);
    flags(&mut say);
    system(&mut say);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    say(
        "cores",
        cores.to_string(),
        if cores > 1 { State::Good } else { State::Less("builds take about twice as long".into()) },
    );
    target(workbook.root(), &mut say);
    services(workbook, &mut say)?;
    Ok(if bad == 0 { Exit::Passed } else { Exit::Failed })
}

type Say<'a> = dyn FnMut(&str, String, State) + 'a;

fn toolchain(say: &mut Say<'_>) {
    let wanted = env!("CARGO_PKG_RUST_VERSION");
    for tool in ["rustc", "cargo"] {
        match version(tool) {
            Some(version) => {
                let state = if newer(&version, wanted) {
                    State::Good
                } else {
                    State::Bad(format!("the workbook was tested with {wanted}: `rustup update stable`"))
                };
                say(tool, version, state);
            }
            None => say(tool, "not found".into(), State::Bad("install Rust: https://rustup.rs".into())),
        }
    }
}

fn flags(say: &mut Say<'_>) {
    match std::env::var("RUSTFLAGS").or_else(|_| std::env::var("CARGO_ENCODED_RUSTFLAGS")) {
        Ok(flags) if !flags.contains("tokio_unstable") => say(
            "RUSTFLAGS",
            format!("{flags:?}"),
            State::Less(
                "a set RUSTFLAGS replaces the workbook's `--cfg tokio_unstable`. The checker adds it by itself; a bare \
                 `cargo test` needs it added to your flags"
                    .into(),
            ),
        ),
        Ok(_) => say("RUSTFLAGS", "set, with tokio_unstable".into(), State::Good),
        Err(_) => say("RUSTFLAGS", "not set: .cargo/config.toml holds".into(), State::Good),
    }
}

fn system(say: &mut Say<'_>) {
    let system = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
    let dumps =
        cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "x86")));
    let state = if dumps {
        State::Good
    } else if cfg!(all(target_os = "linux", not(target_env = "gnu"))) {
        State::Less("without glibc: blocked polls are not seen, every other criterion is judged".into())
    } else if cfg!(target_os = "linux") {
        State::Less("no task dumps on this processor: messages name a task's spawn site, not its await point".into())
    } else {
        State::Less(
            "only on Linux: await points of parked tasks, blocked polls and their line, threads left behind. These \
             are left out of the reports here; every other criterion is judged"
                .into(),
        )
    };
    say("system", system, state);
}

fn target(root: &Path, say: &mut Say<'_>) {
    let target = stage::target(root);
    let writable = std::fs::create_dir_all(&target).and_then(|()| {
        let probe = target.join(format!(".doctor-{}", std::process::id()));
        std::fs::write(&probe, b"")?;
        std::fs::remove_file(&probe)
    });
    match writable {
        Ok(()) => say("target folder", target.display().to_string(), State::Good),
        Err(error) => say(
            "target folder",
            format!("{}: {error}", target.display()),
            State::Bad("set CARGO_TARGET_DIR to a folder that you may write to".into()),
        ),
    }
    #[cfg(unix)]
    if let Ok(disk) = nix::sys::statvfs::statvfs(&target) {
        let free = disk.blocks_available() as f64 * disk.fragment_size() as f64 / f64::from(1 << 30);
        let state = if free >= 3.0 {
            State::Good
        } else {
            State::Less("a full build takes about 2 GB: `cargo clean` frees what was built".into())
        };
        say("disk", format!("{free:.0} GB free"), state);
    }
}

/// What the tasks require beside the toolchain: who provides it, and which tasks it blocks.
fn services(workbook: &Workbook, say: &mut Say<'_>) -> Result<(), Fault> {
    let tasks = workbook.tasks()?;
    let mut wanted: Vec<&str> = tasks.iter().flat_map(|task| &task.metadata().requires).map(String::as_str).collect();
    wanted.sort_unstable();
    wanted.dedup();
    for service in wanted {
        let blocked: Vec<String> = tasks
            .iter()
            .filter(|task| task.metadata().requires.iter().any(|name| name == service))
            .map(|task| task.id())
            .collect();
        match services::find(service) {
            Ok(found) => say(service, found.to_string(), State::Good),
            Err(missing) => {
                let less = format!("{}. Without it not judged: {}", missing.remedy, blocked.join(", "));
                say(service, missing.reason, State::Less(less));
            }
        }
    }
    let book = version("mdbook");
    let state =
        if book.is_some() { State::Good } else { State::Less("to build the book: `cargo install mdbook`".into()) };
    say("mdbook", book.unwrap_or_else(|| "not found".into()), state);
    Ok(())
}

/// The first line that a program says about its version.
fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Some(text.lines().next().unwrap_or_default().trim().to_owned())
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
