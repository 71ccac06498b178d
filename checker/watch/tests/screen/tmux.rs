//! A terminal to type in and to look at: a session of tmux's with a server of its own.

use super::processes::{self, Process};
use super::support;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Whatever is waited for comes within this time, or the test fails. It may build on a busy machine.
const LIMIT: Duration = Duration::from_secs(100);

/// A shell in a terminal of 80 × 24.
pub(crate) struct Terminal {
    folder: tempfile::TempDir,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

impl Terminal {
    /// A shell with job control in this folder, with these variables besides.
    pub(crate) fn open(inside: &Path, variables: &[(&str, &str)]) -> Terminal {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let terminal = Terminal { folder };
        let mut shell = vec!["exec env -u NO_COLOR -u CARGO_TERM_COLOR -u VISUAL -u CI PS1='$ '".to_owned()];
        let target = support::target().display().to_string();
        for (name, value) in [("CARGO_TARGET_DIR", target.as_str())].iter().chain(variables) {
            shell.push(format!("{name}='{value}'"));
        }
        shell.push("sh -i".to_owned());
        terminal.done(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            "80",
            "-y",
            "24",
            "-c",
            &inside.display().to_string(),
            &shell.join(" "),
        ]);
        terminal
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        let mut tmux = Command::new("tmux");
        tmux.args(["-u", "-S", &self.path("socket").display().to_string()]).args(arguments);
        tmux.env_remove("TMUX").env("LC_ALL", "C.UTF-8").env("SHELL", "/bin/sh");
        tmux.output().unwrap_or_else(|error| panic!("{tmux:?} does not start: {error}"))
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.tmux(arguments);
        assert!(output.status.success(), "tmux {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A file of the terminal's own.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Types, as tmux names the keys.
    #[track_caller]
    pub(crate) fn keys(&self, keys: &[&str]) {
        self.done(&[&["send-keys"], keys].concat());
    }

    /// Types a command.
    #[track_caller]
    pub(crate) fn command(&self, line: &str) {
        self.done(&["send-keys", "-l", line]);
        self.keys(&["Enter"]);
    }

    #[track_caller]
    pub(crate) fn resize(&self, width: u16, height: u16) {
        self.done(&["resize-window", "-x", &width.to_string(), "-y", &height.to_string()]);
    }

    /// What is on the screen.
    #[track_caller]
    pub(crate) fn screen(&self) -> String {
        self.done(&["capture-pane", "-p"])
    }

    /// The same, with the codes for colours.
    #[track_caller]
    pub(crate) fn coloured(&self) -> String {
        self.done(&["capture-pane", "-p", "-e"])
    }

    /// Waits for a screen that is so, and returns it.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, so: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let screen = self.screen();
            if so(&screen) {
                return screen;
            }
            assert!(began.elapsed() < LIMIT, "not on the screen: {what}\n{screen}");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Waits for a screen with all these texts. Between two of them the terminal may be in the middle of a frame.
    #[track_caller]
    pub(crate) fn shows(&self, texts: &[&str]) -> String {
        self.until(&texts.join(", "), |screen| texts.iter().all(|text| screen.contains(text)))
    }

    /// Whether the cursor is seen.
    #[track_caller]
    pub(crate) fn has_cursor(&self) -> bool {
        self.done(&["display-message", "-p", "#{cursor_flag}"]).trim() == "1"
    }

    /// Waits for a file that a command writes, and returns what it says.
    #[track_caller]
    pub(crate) fn file(&self, name: &str) -> String {
        let written = || fs::read_to_string(self.path(name)).ok().filter(|text| text.ends_with('\n'));
        processes::within(LIMIT, &format!("the file {name}\n{}", self.screen()), written)
    }

    /// The shell's children, and theirs.
    #[track_caller]
    pub(crate) fn processes(&self) -> Vec<Process> {
        processes::below(self.shell())
    }

    /// The shell's number.
    #[track_caller]
    pub(crate) fn shell(&self) -> u32 {
        self.done(&["display-message", "-p", "#{pane_pid}"]).trim().parse().expect("a number")
    }
}
