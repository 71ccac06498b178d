//! Runs one test in a process of its own and comes to a [`Verdict`].
//!
//! The child's standard input is one end of a socket pair. Down it go a nonce and an order, up it comes the verdict;
//! the child takes the socket away from its standard input before learner code runs. Output is read and
//! thrown away past a limit, the deadline starts when the process does (never during a build), and at the
//! end the whole process group is killed. A terminal's Ctrl-C does not reach that group; but the channel ends with
//! the supervisor, however that ends, and then the child ends its group itself.

use crate::order::ASKED;
use crate::{Keeper, Kind, Order, Verdict, busy};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Set in a judged process: its standard input is the verdict channel.
pub const CHANNEL: &str = "WORKBOOK_VERDICT_CHANNEL";

/// A test may print this much, in bytes, on both streams together.
pub const OUTPUT_LIMIT: usize = 1 << 20;

/// Real time beyond a criterion's own deadline, for the harness's watchdog to answer first. On a busy machine a dump
/// of what is parked takes its time.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// What a child answers, on one line.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    /// What the supervisor sent: only code that ran before the learner's can know it.
    pub nonce: String,
    /// The verdict.
    pub verdict: Verdict,
}

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// A test binary with libtest's command line.
    pub binary: &'a Path,
    /// The test's whole name, as `--list` prints it.
    pub test: &'a str,
    /// Time until the process group is killed: by the wall's clock, less what a busy machine has
    /// [kept it waiting](busy::kept_waiting).
    pub deadline: Duration,
    /// What the process is told, beside the nonce.
    pub order: &'a Order,
    /// Who confines the process and watches it, if anybody does.
    pub keeper: Option<&'a dyn Keeper>,
}

/// What came of it.
#[derive(Debug)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// The last part of what the test printed, or the first where it was ended for what it used.
    pub output: String,
    /// Wall-clock time from start to end.
    pub took: Duration,
}

enum Event {
    Answered(Verdict),
    Closed,
    Flooded,
    /// The keeper's verdict.
    Exceeded(Verdict),
}

/// What a process came to.
enum End {
    Status(ExitStatus),
    Exceeded(Verdict),
    Never,
}

/// The keeper looks this often.
const LOOKS: Duration = Duration::from_millis(10);

/// Runs one test and comes to a verdict. Never panics, never hangs: what cannot be started is [`Kind::Infra`].
pub fn judge(run: Run<'_>) -> Judged {
    let started = Instant::now();
    match start(run) {
        Ok((child, channel, nonce)) => attend(run, child, channel, nonce, started),
        Err(error) => Judged {
            verdict: Verdict::new(Kind::Infra, format!("{} could not be started: {error}", run.binary.display())),
            output: String::new(),
            took: started.elapsed(),
        },
    }
}

fn start(run: Run<'_>) -> std::io::Result<(Child, UnixStream, String)> {
    let (mut ours, theirs) = UnixStream::pair()?;
    let nonce = nonce();
    writeln!(ours, "{nonce}\n{}", serde_json::to_string(run.order)?)?;
    let mut command = match run.keeper {
        Some(keeper) => keeper.command(run.binary),
        None => {
            let mut command = Command::new(run.binary);
            for variable in ["RUST_BACKTRACE"].iter().chain(&ASKED) {
                command.env_remove(variable);
            }
            command
        }
    };
    let child = command
        .args(["--exact", run.test, "--nocapture", "--test-threads=1"])
        .env(CHANNEL, "1")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    Ok((child, ours, nonce))
}

fn attend(run: Run<'_>, mut child: Child, channel: UnixStream, nonce: String, started: Instant) -> Judged {
    let (events, inbox) = mpsc::channel();
    let printed = Arc::new(AtomicUsize::new(0));
    let (stdout, stderr) =
        (child.stdout.take().expect("stdout is piped"), child.stderr.take().expect("stderr is piped"));
    widen(&stdout);
    widen(&stderr);
    let stdout = drain(stdout, &printed, &events);
    let stderr = drain(stderr, &printed, &events);
    // Kept for as long as the child lives: to the child, the channel's end is the supervisor's.
    let lifeline = channel.try_clone();
    listen(channel, nonce, events);

    let deadline = Deadline { at: started + run.deadline, most: run.deadline * busy::MOST, process: child.id() };
    let mut look: Option<Look> = run.keeper.map(|keeper| keeper.watch(child.id()));
    let event = await_event(&inbox, &deadline, &mut look);
    // An answer is final, but a process that says `pass` and then never ends has still left something behind.
    let end = match event {
        Some(Event::Answered(_) | Event::Closed) => ended(&mut child, &deadline, &mut look),
        _ => End::Never,
    };
    drop(look);
    let _ = killpg(Pid::from_raw(child.id() as i32), Signal::SIGKILL);
    let _ = child.wait();
    drop(lifeline);
    let (stdout, stderr) = (collect(&stdout), collect(&stderr));
    let flooded = printed.load(Ordering::Relaxed) > OUTPUT_LIMIT;
    let exceeded = matches!(event, Some(Event::Exceeded(_))) || matches!(end, End::Exceeded(_));
    // How far it got before it was ended is chance.
    let told = |kept: Kept| if flooded || exceeded { kept.first } else { kept.last };
    let own = |kept| own_output(&String::from_utf8_lossy(&told(kept)), run.test);
    let (stdout, stderr) = (own(stdout), own(stderr));

    let verdict = match (event, end) {
        _ if flooded => flood(),
        (Some(Event::Flooded), _) => flood(),
        (Some(Event::Answered(verdict)), _) if !verdict.passed() => verdict,
        (Some(Event::Exceeded(verdict)), _) | (_, End::Exceeded(verdict)) => verdict,
        (Some(Event::Answered(_)), End::Never) => Verdict::new(
            Kind::Timeout,
            format!("the test is over, but its process had not ended {:?} after it began", run.deadline),
        )
        .usually("a thread or a blocking task that goes on after its pipeline is done"),
        (Some(Event::Answered(verdict)), End::Status(_)) => verdict,
        (Some(Event::Closed), End::Status(status)) => run
            .keeper
            .and_then(|keeper| keeper.ended(status, &stderr))
            .unwrap_or_else(|| unanswered(Some(status), &stderr)),
        (Some(Event::Closed), End::Never) => unanswered(None, &stderr),
        (None, _) => Verdict::new(Kind::Timeout, format!("no end after {:?} of real time", run.deadline))
            .usually("a loop that never awaits, or a lock taken twice: the thread is held, so no timer fires either"),
    };
    let output = if stderr.is_empty() { stdout } else { format!("{stdout}{stderr}") };
    Judged { verdict, output, took: started.elapsed() }
}

fn flood() -> Verdict {
    Verdict::new(Kind::Output, format!("more than {} KiB printed in one test", OUTPUT_LIMIT >> 10))
        .usually("a debugging line in a loop; print once, or use `dbg!` on one item")
}

/// The process ended without the harness's answer: exit, abort, or a stack that overflowed.
fn unanswered(status: Option<ExitStatus>, stderr: &str) -> Verdict {
    if stderr.contains("has overflowed its stack") {
        return Verdict::new(Kind::Crash, "a thread overflowed its stack")
            .usually("recursion without an end, or a large array held across an await; box the future or the array");
    }
    let Some(status) = status else {
        return Verdict::new(Kind::Crash, "the process closed the judge's channel and went on");
    };
    match (status.code(), status.signal()) {
        (Some(code), _) => {
            Verdict::new(Kind::Crash, format!("the process ended with code {code} before the test was over"))
                .usually("`std::process::exit`: return from the function instead, and let every task end")
        }
        (None, Some(6)) => Verdict::new(Kind::Crash, "the process aborted")
            .usually("`std::process::abort`, or a panic while another panic unwinds, such as in a `Drop`"),
        (None, Some(9)) => Verdict::new(Kind::Crash, "the process was killed by the system (signal 9)")
            .usually("more memory than the machine has"),
        (None, signal) => Verdict::new(Kind::Crash, format!("the process ended by signal {}", signal.unwrap_or(0))),
    }
}

/// Reads the channel until the answer with the right nonce, or its end.
fn listen(channel: UnixStream, nonce: String, events: mpsc::Sender<Event>) {
    thread::spawn(move || {
        let mut lines = BufReader::new(channel);
        let mut line = String::new();
        loop {
            line.clear();
            match lines.read_line(&mut line) {
                Ok(0) | Err(_) => break,
                Ok(_) => match serde_json::from_str::<Answer>(&line) {
                    Ok(answer) if answer.nonce == nonce => {
                        let _ = events.send(Event::Answered(answer.verdict));
                        return;
                    }
                    _ => continue,
                },
            }
        }
        let _ = events.send(Event::Closed);
    });
}

/// Makes room in the pipe for all that a test may print, so that printing never waits for this process: a poll
/// that waits counts as blocked, and on a busy machine the reader comes late.
#[cfg(target_os = "linux")]
fn widen(pipe: &impl AsFd) {
    use nix::fcntl::{FcntlArg, fcntl};
    // Without it a test that prints much on a busy machine may be called blocked; there is nothing else to do.
    let _ = fcntl(pipe, FcntlArg::F_SETPIPE_SZ(OUTPUT_LIMIT as i32));
}

#[cfg(not(target_os = "linux"))]
fn widen(_: &impl AsFd) {}

/// So much of a stream is kept of its beginning, and of its end.
const KEPT: usize = 16 << 10;

/// What is kept of a stream.
#[derive(Default)]
struct Kept {
    first: Vec<u8>,
    last: Vec<u8>,
}

/// Keeps the first and the last part of a stream, and counts all of it.
fn drain(
    mut stream: impl Read + Send + 'static,
    printed: &Arc<AtomicUsize>,
    events: &mpsc::Sender<Event>,
) -> mpsc::Receiver<Kept> {
    let (printed, events) = (printed.clone(), events.clone());
    let (done, kept) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        let mut kept = Kept::default();
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            kept.first.extend_from_slice(&buffer[..read.min(KEPT - kept.first.len())]);
            kept.last.extend_from_slice(&buffer[..read]);
            if kept.last.len() > 2 * KEPT {
                kept.last.drain(..kept.last.len() - KEPT);
            }
            if printed.fetch_add(read, Ordering::Relaxed) + read > OUTPUT_LIMIT {
                let _ = events.send(Event::Flooded);
                break;
            }
        }
        // The same part however it was read.
        kept.last.drain(..kept.last.len().saturating_sub(KEPT));
        let _ = done.send(kept);
    });
    kept
}

/// What a stream held; a descendant that escaped the group may keep it open, so the wait is bounded.
fn collect(kept: &mpsc::Receiver<Kept>) -> Kept {
    kept.recv_timeout(Duration::from_secs(1)).unwrap_or_default()
}

/// What the test printed, without what libtest says before it. A judged process ends before libtest says more.
fn own_output(text: &str, test: &str) -> String {
    let text = text.strip_prefix("\nrunning 1 test\n").unwrap_or(text);
    // The name ends with no line of its own: what the test prints first follows it, or should_panic does.
    let text = text.strip_prefix(&format!("test {test} ")).unwrap_or(text);
    let text = text.strip_prefix("- should panic ").unwrap_or(text);
    let text = text.strip_prefix("... ").unwrap_or(text);
    text.lines().filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

/// A keeper's look at a process.
type Look<'a> = Box<dyn FnMut() -> Option<Verdict> + 'a>;

/// The first thing that happens; `None` if nothing does before the deadline.
fn await_event(inbox: &mpsc::Receiver<Event>, deadline: &Deadline, look: &mut Option<Look<'_>>) -> Option<Event> {
    loop {
        let left = deadline.left();
        let patience = if look.is_some() { left.min(LOOKS) } else { left };
        match inbox.recv_timeout(patience) {
            Ok(event) => return Some(event),
            Err(_) => match look.as_mut().and_then(|look| look()) {
                Some(verdict) => return Some(Event::Exceeded(verdict)),
                None if left.is_zero() => return None,
                None => {}
            },
        }
    }
}

/// Until when a process may run.
struct Deadline {
    at: Instant,
    /// So far it is put off, at most.
    most: Duration,
    process: u32,
}

impl Deadline {
    /// How long it still may run. The system is asked only when it seems to be over.
    fn left(&self) -> Duration {
        match self.at.saturating_duration_since(Instant::now()) {
            Duration::ZERO => {
                let put_off = self.at + busy::kept_waiting(self.process).min(self.most);
                put_off.saturating_duration_since(Instant::now())
            }
            left => left,
        }
    }
}

/// Waits for the process to end by itself, until the deadline at most.
fn ended(child: &mut Child, deadline: &Deadline, look: &mut Option<Look<'_>>) -> End {
    let mut pause = Duration::from_micros(200);
    let mut looked = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return End::Status(status),
            Ok(None) if !deadline.left().is_zero() => {
                thread::park_timeout(pause);
                pause = (pause * 2).min(Duration::from_millis(20));
            }
            _ => return End::Never,
        }
        if looked.elapsed() >= LOOKS {
            looked = Instant::now();
            if let Some(verdict) = look.as_mut().and_then(|look| look()) {
                return End::Exceeded(verdict);
            }
        }
    }
}

/// 128 random bits from the standard library's per-process random keys.
pub fn nonce() -> String {
    let half = || RandomState::new().hash_one(Instant::now());
    format!("{:016x}{:016x}", half(), half())
}

#[cfg(test)]
mod tests {
    use super::own_output;

    #[test]
    fn only_the_tests_own_output_is_kept() {
        for (printed, kept) in [
            ("\nrunning 1 test\ntest a::b ... ", ""),
            ("\nrunning 1 test\ntest a::b ... test first\n\nsecond\n", "test first\nsecond\n"),
            ("\nrunning 1 test\ntest a::b - should panic ... first\n", "first\n"),
            ("first\n", "first\n"),
        ] {
            assert_eq!(own_output(printed, "a::b"), kept);
        }
    }
}
