//! The program between the caller and the confined program.

use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Instant;

/// The launcher's exit code when the program could not be started under its policy.
pub const FAILED: u8 = 125;

/// The launcher's binary, and how its own words are told from those of the programs that it starts.
#[derive(Clone, Debug)]
pub struct Launcher {
    path: PathBuf,
    mark: String,
}

impl Launcher {
    /// The launcher at this path, which is the binary `sandbox` of this package.
    pub fn new(path: impl Into<PathBuf>) -> Launcher {
        let half = || RandomState::new().hash_one(Instant::now());
        Launcher { path: path.into(), mark: format!("{:016x}{:016x}", half(), half()) }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What begins its own words: 128 random bits, which a confined program cannot know, for it replaces the arguments
    /// that they stand in.
    pub(crate) fn mark(&self) -> &str {
        &self.mark
    }

    /// Why the program was not started, if it was not. `code` is the exit code, `stderr` what was printed.
    pub fn failure(&self, code: Option<i32>, stderr: &str) -> Option<String> {
        if code != Some(FAILED.into()) {
            return None;
        }
        let reason = stderr.lines().find_map(|line| line.strip_prefix(&self.says()))?;
        Some(reason.to_owned())
    }

    /// What the line on standard error begins with that says why.
    pub fn says(&self) -> String {
        format!("sandbox {}: ", self.mark)
    }

    /// The same, of a command that has ended.
    pub fn failure_of(&self, output: &Output) -> Option<String> {
        self.failure(output.status.code(), &String::from_utf8_lossy(&output.stderr))
    }
}

#[cfg(target_os = "linux")]
pub(crate) fn main(arguments: Vec<std::ffi::OsString>) -> std::process::ExitCode {
    use std::process::ExitCode;
    let mut arguments = arguments.into_iter();
    let Some(mark) = arguments.next() else {
        eprintln!("sandbox: it is started by the checker, with a policy");
        return ExitCode::from(FAILED);
    };
    if mark == "--try" {
        return crate::trial::main(arguments.next());
    }
    let reason = match begin(arguments) {
        Ok(never) => match never {},
        Err(reason) => reason,
    };
    // One line, whatever the reason says.
    eprintln!("sandbox {}: {}", mark.to_string_lossy(), reason.split_whitespace().collect::<Vec<_>>().join(" "));
    ExitCode::from(FAILED)
}

/// Becomes the program. Comes back only with the reason why not.
#[cfg(target_os = "linux")]
fn begin(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<std::convert::Infallible, String> {
    use std::os::unix::process::CommandExt;
    let policy = arguments.next().ok_or("no policy")?;
    let policy = policy.to_str().ok_or("the policy is not UTF-8")?;
    let policy = serde_json::from_str(policy).map_err(|error| format!("the policy cannot be read: {error}"))?;
    if arguments.next().is_none_or(|dashes| dashes != "--") {
        return Err("`--` expected after the policy".to_owned());
    }
    let program = arguments.next().ok_or("no program")?;
    crate::confine::confine(&policy, Path::new(&program)).map_err(|error| error.to_string())?;
    let error = std::process::Command::new(&program).args(arguments).exec();
    Err(format!("{} does not start: {error}", Path::new(&program).display()))
}
