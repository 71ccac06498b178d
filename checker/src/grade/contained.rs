//! A program in the sandbox, run to its end and watched meanwhile.

use crate::fault::Fault;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use sandbox::{Caps, Launcher, Meter};
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at what a program uses.
const LOOK: Duration = Duration::from_millis(10);

/// What a program may use that only can be limited by looking.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) wall: Duration,
    /// Bytes of resident memory.
    pub(super) resident: u64,
    /// Bytes of output that are read; what comes after them ends the program.
    pub(super) output: usize,
}

/// How it ended.
#[derive(Debug)]
pub(super) enum End {
    Exited(ExitStatus),
    /// It was ended, for this: `more than 2048 MiB of memory`.
    Ended(String),
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) end: End,
    /// What it printed on standard error.
    pub(super) said: Vec<u8>,
}

/// Runs a command of a [`Policy`](sandbox::Policy) in a process group of its own. At its end nothing of the group lives.
///
/// # Errors
///
/// A sandbox that cannot be set up: the machine's fault, never the program's.
pub(super) fn run(launcher: &Launcher, command: &mut Command, bounds: Bounds) -> Result<Ran, Fault> {
    let lost = |error: io::Error| Fault::infra(format!("the sandbox does not start: {error}"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().map_err(lost)?;
    let group = Pid::from_raw(child.id() as i32);
    let stderr = child.stderr.take().expect("stderr is piped");
    let said = thread::spawn(move || {
        let mut said = Vec::new();
        // One more than may be, to see that it was more.
        let _ = stderr.take(bounds.output as u64 + 1).read_to_end(&mut said);
        said
    });
    let end = attend(&mut child, bounds, &|| said.is_finished()).map_err(lost);
    let _ = killpg(group, Signal::SIGKILL);
    let _ = child.wait();
    let said = said.join().unwrap_or_default();
    let end = match end? {
        End::Exited(status) => {
            if let Some(reason) = launcher.failure(status.code(), &String::from_utf8_lossy(&said)) {
                return Err(Fault::infra(format!("the sandbox cannot be set up: {reason}"))
                    .help("`cargo checker doctor` says what this machine lacks"));
            }
            End::Exited(status)
        }
        end => end,
    };
    match said.len() > bounds.output {
        true => Ok(Ran { end: End::Ended(format!("it printed more than {} KiB", bounds.output >> 10)), said }),
        false => Ok(Ran { end, said }),
    }
}

/// Waits for the end of the child, and ends it when it uses too much. `silent` says that it will print no more.
fn attend(child: &mut Child, bounds: Bounds, silent: &dyn Fn() -> bool) -> io::Result<End> {
    let began = Instant::now();
    let mut meter = Meter::of(child.id(), Caps { resident: bounds.resident, threads: THREADS, scratch: None });
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(End::Exited(status));
        }
        if began.elapsed() > bounds.wall {
            return Ok(End::Ended(format!("it had not ended after {} s", bounds.wall.as_secs())));
        }
        if let Some(exceeded) = meter.exceeded() {
            return Ok(End::Ended(exceeded.to_string()));
        }
        // Its pipe is read to the limit, or it ends just now.
        let pause = if silent() { Duration::from_millis(1) } else { LOOK };
        thread::park_timeout(pause);
    }
}

/// A compiler and a linker have a few dozen threads.
const THREADS: usize = 512;
