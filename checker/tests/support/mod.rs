//! Runs the checker as a person does. A run that is not as expected shows the command, the folder, the exit code and
//! both streams.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// This repository.
pub(crate) fn repository() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workbook = package.ancestors().find(|folder| folder.join("exercises").exists());
    workbook.expect("the package lies in the workbook").to_owned()
}

/// The repository's target folder: what judging needs is built once, for these tests and for everyone.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("tmp lies in the target folder").to_owned()
}

/// The checker's program. The tests of another package build it as `cargo checker` does.
pub(crate) fn program() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--profile", "checker", "--package", "checker"]);
        cargo.current_dir(repository()).env("CARGO_TARGET_DIR", target());
        let built = cargo.status().unwrap_or_else(|error| panic!("{cargo:?} does not start: {error}"));
        assert!(built.success(), "{cargo:?}");
        target().join("checker/checker")
    };
    option_env!("CARGO_BIN_EXE_checker").map_or_else(|| BUILT.get_or_init(build).clone(), PathBuf::from)
}

/// The checker in a folder, not yet started.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", target()).stdin(Stdio::null());
    for set_by_somebody in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "CARGO_TERM_COLOR"] {
        command.env_remove(set_by_somebody);
    }
    command
}

/// Runs the checker in a folder.
pub(crate) fn checker(folder: &Path, arguments: &[&str]) -> Ran {
    run(command(folder, arguments))
}

/// Runs a prepared command to its end.
pub(crate) fn run(mut command: Command) -> Ran {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    Ran { command: format!("{command:?}"), folder: command.get_current_dir().map(Path::to_owned), output }
}

/// A run that has ended.
pub(crate) struct Ran {
    command: String,
    folder: Option<PathBuf>,
    output: Output,
}

impl Ran {
    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// It ended with this code, and without a panic.
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Ran {
        assert!(self.output.status.code() == Some(code), "expected exit code {code}\n{self}");
        assert!(!self.err().contains("panicked at"), "the checker panicked\n{self}");
        self
    }

    /// Standard output holds the text, wherever its lines are broken.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Ran {
        assert!(flowing(&self.out()).contains(&flowing(text)), "expected on standard output: {text}\n{self}");
        self
    }
}

/// In one line, as if no line were broken.
pub(crate) fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "command: {}", self.command)?;
        writeln!(f, "folder:  {}", self.folder.as_deref().unwrap_or(Path::new(".")).display())?;
        writeln!(f, "status:  {}", self.output.status)?;
        writeln!(f, "--- standard output\n{}", self.out())?;
        writeln!(f, "--- standard error\n{}", self.err())
    }
}
