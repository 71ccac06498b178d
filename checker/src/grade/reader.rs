//! Looks for what a task forbids, in a process that may fall over: a source may nest so deeply that its reader runs out
//! of stack.

use super::contained::{self, Bounds, End};
use crate::fault::Fault;
use crate::rules::{self, Broken, Rules};
use sandbox::{Launcher, Policy};
use std::path::Path;
use std::time::Duration;
use verdict::{Kind, Verdict};

/// A megabyte of source is read in a second.
const BOUNDS: Bounds = Bounds { wall: Duration::from_secs(20), resident: 1 << 30, output: 64 << 10 };

/// Which rules the sources break, read by `program`, a copy of this one.
///
/// # Errors
///
/// A sandbox that cannot be set up.
pub(super) fn broken_by(
    rules: &Rules,
    sources: &Path,
    launcher: &Launcher,
    program: &Path,
    weak: bool,
) -> Result<Broken, Fault> {
    let policy = Policy { read: vec![sources.to_owned()], weak, ..Policy::strict() };
    let mut command = policy.command(launcher, program);
    command.arg(rules::READER).arg(sources).arg(serde_json::to_string(rules).unwrap_or_default());
    let ran = contained::run(launcher, &mut command, BOUNDS)?;
    let said = match ran.end {
        End::Exited(status) if status.success() => serde_json::from_slice(&ran.said).ok(),
        _ => None,
    };
    Ok(said.unwrap_or_else(|| Broken {
        forbidden: Some(
            Verdict::new(Kind::Build, "a source cannot be read by the grader, which falls over it")
                .usually("nesting of many thousand levels"),
        ),
        round_the_shim: None,
    }))
}
