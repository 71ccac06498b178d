//! The terminal: taken, given back, and lent to an editor or a shell.

use crate::event::Event;
use crate::input::Input;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::getpgrp;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use signal_hook::consts::{SIGHUP, SIGTERM, SIGTSTP};
use signal_hook::low_level::emulate_default_handler;
use std::fs::File;
use std::io::{self, BufWriter};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// A frame is written at once, so that no half of one is seen.
type Screen = ratatui::Terminal<CrosstermBackend<BufWriter<File>>>;

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// More than a frame takes, in bytes.
const FRAME: usize = 256 << 10;

/// The terminal while it is ours. It is given back when this is dropped, and before a panic is told.
pub(crate) struct Terminal {
    screen: Screen,
    input: Input,
    /// So many stops are our own doing, and already done.
    stops: usize,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

/// Takes the screen.
fn enter() -> io::Result<Screen> {
    // A shell that resumes a job may have set the terminal as it likes it: what is thought to be set is set anew.
    let _ = disable_raw_mode();
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen)?;
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    ratatui::Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(FRAME, output)))
}

/// Gives the screen back, once: a second time would put the cursor back to where it was the first time. A terminal that
/// is gone cannot be mended.
fn leave() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = disable_raw_mode();
    let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
}

impl Terminal {
    /// Takes the terminal and begins to read its keys.
    ///
    /// # Errors
    ///
    /// There is no terminal, or it is gone.
    pub(crate) fn take(events: &Sender<Event>) -> io::Result<Terminal> {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            leave();
            told(panic);
        }));
        let screen = enter().inspect_err(|_| leave())?;
        Ok(Terminal { screen, input: Input::read(events.clone()), stops: 0 })
    }

    /// Draws.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    pub(crate) fn draw(&mut self, draw: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        self.screen.draw(draw).map(|_| ())
    }

    /// Draws everything anew next time, whatever else has written on the screen.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    pub(crate) fn renew(&mut self) -> io::Result<()> {
        self.screen = enter()?;
        self.screen.clear()
    }

    fn lend(&mut self) {
        self.input.pause();
        leave();
    }

    fn take_back(&mut self) -> io::Result<()> {
        self.renew()?;
        self.input.go_on();
        Ok(())
    }

    /// Gives the terminal back to the shell, and stops this process group until the shell resumes it.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        self.lend();
        // The whole job, as Ctrl-Z in a shell does; this process would only note it, and stops for itself.
        self.stops += 1;
        let _ = killpg(getpgrp(), Signal::SIGTSTP);
        let _ = emulate_default_handler(SIGTSTP);
        self.take_back()
    }

    /// Whether a signal to stop is the answer to [`Terminal::suspend`], and not a new one.
    pub(crate) fn has_stopped(&mut self) -> bool {
        let done = self.stops > 0;
        self.stops = self.stops.saturating_sub(1);
        done
    }

    /// Opens a file in the learner's editor and waits for its end; meanwhile `other` hears what happens.
    ///
    /// # Errors
    ///
    /// The terminal is gone. An editor that does not start or fails is told in the answer.
    pub(crate) fn edit(
        &mut self,
        file: &Path,
        line: Option<u32>,
        events: &Receiver<Event>,
        mut other: impl FnMut(Event),
    ) -> io::Result<Result<(), String>> {
        let editor = editor();
        self.lend();
        let edited = started(&editor, file, line).map_err(|error| format!("{editor} does not start: {error}"));
        let edited = edited.and_then(|mut child| {
            loop {
                match child.try_wait() {
                    Ok(Some(status)) if status.success() => return Ok(()),
                    Ok(Some(status)) => return Err(format!("{editor} ended with {status}")),
                    Ok(None) => {}
                    Err(error) => return Err(format!("{editor} was lost: {error}")),
                }
                match events.recv_timeout(Duration::from_millis(30)) {
                    // The editor hears a key's signals too, and what it does with them is its own affair.
                    Ok(Event::Signal(SIGTSTP)) => {
                        let _ = emulate_default_handler(SIGTSTP);
                    }
                    Ok(Event::Signal(signal @ (SIGTERM | SIGHUP))) => {
                        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id() as i32), Signal::SIGTERM);
                        other(Event::Signal(signal));
                    }
                    Ok(Event::Signal(_)) | Err(RecvTimeoutError::Timeout) => {}
                    Ok(event) => other(event),
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
            }
        });
        self.take_back()?;
        Ok(edited)
    }
}

/// The editor that the learner prefers.
fn editor() -> String {
    let named = |name| std::env::var(name).ok().filter(|value: &String| !value.trim().is_empty());
    named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| "vi".to_owned())
}

/// As git starts it: the variable may hold options, so a shell reads it.
fn started(editor: &str, file: &Path, line: Option<u32>) -> io::Result<std::process::Child> {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{editor} \"$@\""), "sh"]);
    let program = editor.split_whitespace().next().and_then(|program| program.rsplit('/').next()).unwrap_or_default();
    if let Some(line) = line.filter(|_| matches!(program, "vi" | "vim" | "nvim" | "nano" | "emacs" | "micro" | "kak")) {
        command.arg(format!("+{line}"));
    }
    command.arg(file).spawn()
}
