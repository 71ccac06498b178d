//! Programs that run beside a test: started, interrupted, looked at from outside.

use crate::{channel, os};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;
use verdict::{Kind, Verdict};

/// Whether the criterion says that it starts processes.
static ALLOWED: AtomicBool = AtomicBool::new(false);

pub(crate) fn set_allowed(allowed: bool) {
    ALLOWED.store(allowed, Relaxed);
}

/// The command that starts a program of the subject's: what [`program!`](crate::program!) gives. Where a class is graded, the
/// program is confined more than the test, and its environment is empty but for what the test adds.
///
/// # Panics
///
/// If the criterion does not say that it starts processes.
pub fn subject_program(path: &str) -> Command {
    if !ALLOWED.load(Relaxed) {
        let seen = "the test starts a program, and does not say so: `#[criterion(processes)]`";
        std::panic::panic_any(Verdict::new(Kind::Infra, seen));
    }
    let Some(programs) = &channel::order().programs else { return Command::new(path) };
    let (launcher, arguments) = programs.command.split_first().expect("a command has a program");
    let mut command = Command::new(launcher);
    command.args(arguments).arg(path).env_clear();
    command.envs(std::env::var_os("TMPDIR").map(|folder| ("TMPDIR", folder)));
    command
}

/// Ends the test when the program was not started at all: that is nobody's failure but the grader's.
pub(crate) fn assert_started(run: &Output) {
    let Some(programs) = &channel::order().programs else { return };
    let said = String::from_utf8_lossy(&run.stderr);
    let reason = said.lines().find_map(|line| line.strip_prefix(&programs.mark));
    if let Some(reason) = reason.filter(|_| run.status.code() == Some(programs.code)) {
        std::panic::panic_any(Verdict::new(Kind::Infra, format!("a program could not be started: {reason}")));
    }
}

/// What a program may write to one of its streams where the test keeps all of it, in bytes.
const KEPT: u64 = 16 << 20;

/// Runs a program to its end and keeps what it writes, up to 16 MiB on each stream. It is killed if it writes more, or if
/// the test ends first.
///
/// # Panics
///
/// If it cannot be started, and with a verdict if it writes more.
pub async fn run_program(command: Command) -> Output {
    let mut command = tokio::process::Command::from(command);
    let piped = command.kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = piped.spawn().expect("the program was built beside this test");
    let (stdout, stderr) = (kept(program.stdout.take()), kept(program.stderr.take()));
    let ended = async { Ok(program.wait().await.expect("the program can be waited for")) };
    let (status, stdout, stderr) = match tokio::try_join!(ended, stdout, stderr) {
        Ok(run) => run,
        Err(finding) => std::panic::panic_any(*finding),
    };
    let run = Output { status, stdout, stderr };
    assert_started(&run);
    run
}

/// All that comes out of a stream, if it is not too much.
async fn kept(stream: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, Box<Verdict>> {
    let mut text = Vec::new();
    if let Some(stream) = stream {
        // What cannot be read on has ended.
        let _ = stream.take(KEPT + 1).read_to_end(&mut text).await;
    }
    match text.len() as u64 > KEPT {
        false => Ok(text),
        true => {
            let seen = format!("the program wrote more than {} MiB and went on", KEPT >> 20);
            Err(Box::new(Verdict::new(Kind::Output, seen).usually("a loop around a `print` that never ends")))
        }
    }
}

/// Starts a program and does not wait for its end. All its streams are pipes, and it is killed when it is dropped.
///
/// A pipe holds 64 KiB: a program that writes more waits for the test to read. `wait_with_output` gives what is left
/// to read and how it ended.
///
/// # Panics
///
/// If it cannot be started.
pub fn start_program(command: Command) -> Child {
    os::heed_interrupts();
    let mut command = tokio::process::Command::from(command);
    let piped = command.kill_on_drop(true).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    piped.spawn().expect("the program was built beside this test")
}

/// Sends SIGINT to a program, as Ctrl-C does. One that has ended stays as it is.
pub fn interrupt(program: &Child) {
    // A program that was waited for has no id any more, so no other process can be meant.
    if let Some(id) = program.id() {
        let _ = kill(Pid::from_raw(id as i32), Signal::SIGINT);
    }
}

/// The most memory in bytes that a running program has had resident at one moment so far; `None` once it has ended,
/// and where the system does not tell (it is Linux's `VmHWM`).
///
/// What the system tells of a program that has ended, `ru_maxrss`, begins with the size of the process that started
/// it. So ask while it runs, such as while its output is read: it cannot get far ahead of its pipe.
pub fn peak_rss(program: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id()?)).ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?;
    kilobytes.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

/// Ready when a program has come to a standstill: all its threads wait, for its pipes or for each other, or it has
/// ended. One that only waits for a processor is no standstill.
///
/// Where the system does not tell, it waits half a second.
pub async fn standstill(program: &Child) {
    const LOOKS: u32 = 5;
    let mut still = 0;
    while still < LOOKS {
        tokio::time::sleep(Duration::from_millis(10)).await;
        match program.id().map(threads_wait) {
            Some(Some(true)) => still += 1,
            Some(Some(false)) => still = 0,
            Some(None) => return tokio::time::sleep(Duration::from_millis(500)).await,
            None => return,
        }
    }
}

/// Whether every thread of a process waits or has ended; `None` where the system does not tell.
fn threads_wait(id: u32) -> Option<bool> {
    let mut all = true;
    for thread in std::fs::read_dir(format!("/proc/{id}/task")).ok()?.flatten() {
        // A thread may end while it is looked at.
        let Ok(stat) = std::fs::read_to_string(thread.path().join("stat")) else { continue };
        // The name stands in parentheses and may hold any character.
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        all &= matches!(state, Some('S' | 'Z' | 'X'));
    }
    Some(all)
}
