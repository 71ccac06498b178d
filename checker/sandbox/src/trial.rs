//! The launcher's side of [`abilities`](crate::abilities()): does one thing, and sees whether it holds.

use crate::abilities::TRIALS;
use crate::{Limits, Policy, calls, files, limits, namespaces};
use nix::sys::resource::{Resource, getrlimit};
use nix::unistd::setsid;
use std::ffi::OsString;
use std::fs::File;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// Tries what the word names: says what works and ends with 0, or says what does not.
pub(crate) fn main(word: Option<OsString>) -> ExitCode {
    let word = TRIALS.iter().map(|(known, ..)| *known).find(|known| word.as_ref().is_some_and(|word| word == known));
    let found = match word {
        Some("files") => files(),
        Some("calls") => calls(),
        Some("network") => network(),
        Some("limits") => limits(),
        Some("children") => children(),
        _ => Err("there is no such trial".to_owned()),
    };
    match found {
        Ok(detail) => {
            println!("{detail}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn files() -> Result<String, String> {
    let allowed =
        files::Allowed::by(&Policy::strict(), Path::new("/proc/self/exe")).map_err(|error| error.to_string())?;
    let version = allowed.enforce().map_err(|error| error.to_string())?;
    match File::open("/etc/passwd") {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
        other => return Err(format!("a file that is not allowed can be opened: {other:?}")),
    }
    let signals = if version < SIGNALS { "; signals between processes are not among it before Linux 6.12" } else { "" };
    Ok(format!("ABI {version}{signals}"))
}

/// The first version that keeps signals inside.
const SIGNALS: i32 = 6;

fn calls() -> Result<String, String> {
    calls::filter(false).map_err(|error| error.to_string())?;
    if setsid() != Err(nix::errno::Errno::EPERM) {
        return Err("a call that is refused is done".to_owned());
    }
    match Command::new("/proc/self/exe").stdout(Stdio::null()).spawn() {
        Err(_) => {}
        Ok(_) => return Err("a process can be started".to_owned()),
    }
    std::thread::spawn(|| ()).join().map_err(|_| "no thread can be started".to_owned())?;
    Ok("processes refused, threads not".to_owned())
}

fn network() -> Result<String, String> {
    namespaces::enter().map_err(|error| error.to_string())?;
    let failed = |error: std::io::Error| format!("the loopback interface does not work: {error}");
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(failed)?;
    TcpStream::connect(listener.local_addr().map_err(failed)?).map_err(failed)?;
    // An address for documentation: nobody has it.
    let outside = SocketAddr::from(([192, 0, 2, 1], 9));
    match TcpStream::connect_timeout(&outside, Duration::from_millis(500)) {
        Err(error) if error.kind() == ErrorKind::NetworkUnreachable => Ok("loopback only".to_owned()),
        other => Err(format!("an address outside is not unreachable: {other:?}")),
    }
}

fn limits() -> Result<String, String> {
    let wanted = Limits::default();
    limits::set(&wanted).map_err(|error| error.to_string())?;
    for (what, resource, value) in [
        ("file size", Resource::RLIMIT_FSIZE, wanted.file_size),
        ("descriptors", Resource::RLIMIT_NOFILE, wanted.descriptors),
    ] {
        let (soft, _) = getrlimit(resource).map_err(|error| format!("{what}: {error}"))?;
        if soft != value {
            return Err(format!("{what}: {soft} is set instead of {value}"));
        }
    }
    Ok("address space, processor time, files, descriptors".to_owned())
}

fn children() -> Result<String, String> {
    let mut child = Command::new("/proc/self/exe")
        .args(["--try", "-"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("no process can be started: {error}"))?;
    // It is there until it is waited for, even if it has ended.
    let own = std::process::id();
    let seen = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children"));
    let known = seen.as_ref().is_ok_and(|seen| seen.split_whitespace().any(|id| id == child.id().to_string()));
    let _ = child.wait();
    if known {
        Ok("children are listed".to_owned())
    } else {
        Err(format!("a process's children are not listed: {seen:?}"))
    }
}
