//! Who confines a judged process, and watches what it uses.

use crate::Verdict;
use std::fmt::Debug;
use std::path::Path;
use std::process::{Command, ExitStatus};

/// Starts judged processes under limits, and says when one is exceeded. Without one, a process runs as the supervisor
/// itself does.
pub trait Keeper: Debug + Sync {
    /// The command that starts this test binary, with the whole environment that it is to have: nothing is inherited.
    /// What is added to it are the test binary's own arguments.
    ///
    /// The process must be the binary itself in the end, or pass standard input on to it.
    fn command(&self, binary: &Path) -> Command;

    /// Begins to watch the process with this id. The look that it returns is asked every 10 ms for as long as the
    /// process runs; what it returns is the verdict, and the process group is killed.
    fn watch(&self, pid: u32) -> Box<dyn FnMut() -> Option<Verdict> + '_>;

    /// What it means that a process ended without an answer, if that has to do with how it was kept: a program that
    /// could not be started under its limits, or one that a limit has ended.
    fn ended(&self, status: ExitStatus, stderr: &str) -> Option<Verdict>;
}
