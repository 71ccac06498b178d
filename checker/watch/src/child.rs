//! The checker, run as a child: to judge, and for the commands whose output a pane shows.

use crate::Options;
use crate::event::{Ended, Event};
use std::io::{self, BufRead, BufReader, Read};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::Sender;

/// A child under the checker's guard: it and all that it started end when this is dropped, or when this process ends.
#[derive(Debug)]
pub(crate) struct Child {
    /// Distinct for each child.
    pub(crate) id: u64,
    _lifeline: Option<ChildStdin>,
}

/// So much of a stream is kept, in bytes.
const MOST_TEXT: u64 = 1 << 20;

/// The checker with these arguments, under its own guard: standard input must stay piped, and when it is closed the
/// whole process group ends.
pub(crate) fn command(options: &Options, arguments: &[&str]) -> Command {
    let mut command = Command::new(&options.checker);
    command.arg("guard-of").arg(&options.checker).args(arguments);
    command.current_dir(&options.root).stdin(Stdio::piped());
    command
}

/// Starts the checker. Records go out as they come, everything else at the end.
///
/// # Errors
///
/// The checker's program is gone, or the system has no room for a process.
pub(crate) fn start(options: &Options, arguments: &[&str], id: u64, events: &Sender<Event>) -> io::Result<Child> {
    let mut command = command(options, arguments);
    command.args(["--color", if options.coloured() { "always" } else { "never" }]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let lifeline = child.stdin.take();
    let (stdout, stderr) =
        (child.stdout.take().expect("stdout is piped"), child.stderr.take().expect("stderr is piped"));
    let complaints = std::thread::spawn(move || text(stderr));
    let events = events.clone();
    std::thread::spawn(move || {
        let mut printed = String::new();
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            match serde_json::from_str(&line) {
                Ok(record) => {
                    let _ = events.send(Event::Record(id, record));
                }
                Err(_) if (printed.len() as u64) < MOST_TEXT => printed.extend([&line, "\n"]),
                Err(_) => {}
            }
        }
        let _ = child.wait();
        let complained = complaints.join().unwrap_or_default();
        let _ = events.send(Event::Ended(id, Ended { printed, complained }));
    });
    Ok(Child { id, _lifeline: lifeline })
}

fn text(mut stream: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = stream.by_ref().take(MOST_TEXT).read_to_end(&mut bytes);
    // What is too much is read all the same: the child should not wait.
    let _ = io::copy(&mut stream, &mut io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}
