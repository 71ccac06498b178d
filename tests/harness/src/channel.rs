//! The child's end of the verdict channel.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::{getpgrp, getpid};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use verdict::supervise::{Answer, CHANNEL};
use verdict::{Order, Verdict};

/// What the supervisor ordered.
static ORDER: OnceLock<Order> = OnceLock::new();

/// What the supervisor ordered; in a process that nobody supervises, what its environment asks for.
pub(crate) fn order() -> &'static Order {
    ORDER.get_or_init(Order::asked)
}

/// Carries exactly one verdict: the first answer wins.
#[derive(Clone)]
pub(crate) struct Channel(Arc<Mutex<Option<(UnixStream, String)>>>);

impl Channel {
    /// Takes the channel from standard input; `None` when nobody supervises this process.
    ///
    /// After this, standard input is empty, and the nonce and the order are known to no code but ours.
    pub(crate) fn open() -> Option<Channel> {
        std::env::var_os(CHANNEL)?;
        let stdin = std::io::stdin();
        let mut socket = UnixStream::from(stdin.as_fd().try_clone_to_owned().ok()?);
        let null = std::fs::File::open("/dev/null").ok()?;
        nix::unistd::dup2_stdin(null).ok()?;
        let nonce = line(&mut socket)?;
        let _ = ORDER.set(serde_json::from_str(&line(&mut socket)?).ok()?);
        if let Ok(socket) = socket.try_clone() {
            end_with_the_supervisor(socket);
        }
        Some(Channel(Arc::new(Mutex::new(Some((socket, nonce))))))
    }

    /// Sends the verdict, unless one has been sent.
    pub(crate) fn answer(&self, verdict: Verdict) {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((mut socket, nonce)) = taken {
            let mut line = serde_json::to_vec(&Answer { nonce, verdict }).expect("a verdict is plain data");
            line.push(b'\n');
            // If the supervisor is gone, nobody is left to tell.
            let _ = socket.write_all(&line);
        }
    }

    /// Sends the verdict, unless one has been sent, and ends the process: nobody reads the exit code, libtest would
    /// print what it makes of it among the learner's output, and a stuck thread has nowhere to return to.
    #[expect(clippy::disallowed_methods, reason = "the answer is the last thing that this process is for")]
    pub(crate) fn end(&self, verdict: Verdict) -> ! {
        let code = if verdict.passed() { 0 } else { 101 };
        self.answer(verdict);
        std::process::exit(code)
    }
}

/// The next line, and nothing beyond it.
fn line(socket: &mut UnixStream) -> Option<String> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while socket.read(&mut byte).ok()? == 1 && byte[0] != b'\n' {
        line.push(byte[0]);
    }
    String::from_utf8(line).ok()
}

/// Ends this process and all that it started once the supervisor is gone, by Ctrl-C, a crash or a kill: nobody
/// waits for the verdict then, and the group is this process's own, so that no signal comes from a terminal.
fn end_with_the_supervisor(mut socket: UnixStream) {
    let watch = move || {
        // After the nonce nothing is sent, and the supervisor keeps the channel for as long as this process lives.
        let mut byte = [0];
        while match socket.read(&mut byte) {
            Ok(read) => read > 0,
            Err(error) => error.kind() == ErrorKind::Interrupted,
        } {}
        if getpgrp() == getpid() {
            let _ = killpg(getpgrp(), Signal::SIGKILL);
        }
    };
    // Without this thread the watchdog is left, which ends the run at its deadline.
    let _ = std::thread::Builder::new().name("lifeline".to_owned()).spawn(watch);
}
