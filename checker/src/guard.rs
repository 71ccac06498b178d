//! A process that ends all that it started once the checker is gone, however that went: Ctrl-C, a crash, `kill -9`.
//!
//! Cargo and the compilers below it would go on for as long as they have work. So the checker starts its own binary
//! between them and itself. That one makes a process group, starts the program in it and reads its standard input,
//! which says nothing and ends when the checker does; then it kills its group. What a judged test does for itself
//! (`tests/verdict`), this does for programs that know nothing of the checker. It costs about 3 ms.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, getpgrp, setpgid};
use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

/// The first argument that makes the checker a guard; the program and its arguments follow. Not for people, so it is
/// no subcommand.
pub(crate) const GUARD: &str = "guard-of";

/// A command for a program that ends when this process does, or when the child's standard input is closed. Standard
/// input must stay piped; the program's own is empty.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(this_program());
    command.arg(GUARD).arg(program).stdin(Stdio::piped());
    command
}

/// This binary, even if it has been built anew or removed meanwhile.
fn this_program() -> PathBuf {
    match cfg!(target_os = "linux") {
        true => PathBuf::from("/proc/self/exe"),
        false => std::env::current_exe().unwrap_or_else(|_| PathBuf::from("checker")),
    }
}

/// What the guard does: starts the program, and returns the exit code that it ends with.
pub(crate) fn run(mut arguments: impl Iterator<Item = OsString>) -> u8 {
    let Some(program) = arguments.next() else { return 2 };
    // A group of its own: the checker's other processes, and a shell's, are none of its business.
    if let Err(error) = setpgid(Pid::from_raw(0), Pid::from_raw(0)) {
        eprintln!("error: no process group: {error}");
        return 3;
    }
    let child = Command::new(&program).args(arguments).stdin(Stdio::null()).spawn();
    std::thread::spawn(end_with_the_checker);
    match child.and_then(|mut child| child.wait()) {
        Ok(status) => code(status),
        Err(error) => {
            eprintln!("error: {} does not start: {error}", program.display());
            3
        }
    }
}

/// Waits for the end of standard input, and ends the group.
fn end_with_the_checker() {
    let mut byte = [0];
    while match std::io::stdin().read(&mut byte) {
        Ok(read) => read > 0,
        Err(error) => error.kind() == ErrorKind::Interrupted,
    } {}
    let _ = killpg(getpgrp(), Signal::SIGKILL);
}

/// As a shell tells it: 128 and the signal's number for a program that a signal ended.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(3);
    u8::try_from(code).unwrap_or(3)
}
