//! A run of cargo, read message by message while it goes on.

use crate::guard;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Whether cargo says that all went well.
    pub(crate) success: bool,
    /// What cargo itself said on standard error.
    pub(crate) said: String,
}

/// `cargo build` in a guard, so that it and its compilers end with the checker.
pub(crate) fn build() -> Command {
    let mut command = guard::command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg("build").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a [`build`] with `--message-format json` and hands over each message. A break ends cargo.
///
/// # Errors
///
/// A cargo that does not start or cannot be waited for.
pub(crate) fn run(
    command: &mut Command,
    progress: &ProgressBar,
    mut each: impl FnMut(Message) -> ControlFlow<()>,
) -> io::Result<Ended> {
    let mut child = command.spawn()?;
    // All that was started ends when this is closed: below, or with the checker.
    let lifeline = child.stdin.take();
    let mut said = child.stderr.take().expect("stderr is piped");
    let said = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = said.read_to_string(&mut text);
        text
    });
    let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines().map_while(Result::ok);
    let mut messages = lines.filter_map(|line| serde_json::from_str::<Message>(&line).ok());
    let broken = messages.any(|message| {
        if let Message::Artifact { target, .. } = &message {
            progress.inc(1);
            progress.set_message(target.name.clone());
        }
        each(message).is_break()
    });
    // The guard ends when cargo does, or with the lifeline.
    let lifeline = lifeline.filter(|_| !broken);
    let status = child.wait();
    drop(lifeline);
    progress.finish_and_clear();
    Ok(Ended { success: status?.success(), said: said.join().unwrap_or_default() })
}

/// A line that shows that something goes on, on a terminal.
pub(crate) fn progress(quiet: bool, template: &str) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// What cargo prints with `--message-format json`: the parts that are read here.
#[derive(Deserialize)]
#[serde(tag = "reason")]
pub(crate) enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact { manifest_path: PathBuf, target: Target, executable: Option<PathBuf>, filenames: Vec<PathBuf> },
    #[serde(rename = "compiler-message")]
    Diagnostic { manifest_path: PathBuf, target: Target, message: Diagnostic },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) message: String,
    pub(crate) level: String,
    pub(crate) code: Option<Code>,
    pub(crate) rendered: Option<String>,
    #[serde(default)]
    pub(crate) spans: Vec<Span>,
    #[serde(default)]
    pub(crate) children: Vec<Diagnostic>,
}

#[derive(Deserialize)]
pub(crate) struct Code {
    pub(crate) code: String,
}

#[derive(Deserialize)]
pub(crate) struct Span {
    pub(crate) file_name: String,
    pub(crate) line_start: u32,
    pub(crate) label: Option<String>,
}
