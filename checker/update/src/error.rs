//! Why nothing was updated: said once, with the remedy.

use std::fmt;
use std::path::Path;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The user can mend it.
    User,
    /// The machine, the network or git is at fault.
    Machine,
}

/// What went wrong.
#[derive(Debug)]
pub struct Error {
    /// Whose turn it is.
    pub blame: Blame,
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Error {
    /// What the user can mend.
    pub fn user(message: impl Into<String>, help: impl Into<String>) -> Error {
        Error { blame: Blame::User, message: message.into(), help: help.into() }
    }

    /// What the machine is at fault for.
    pub fn machine(message: impl Into<String>, help: impl Into<String>) -> Error {
        Error { blame: Blame::Machine, message: message.into(), help: help.into() }
    }

    /// A file or folder that could not be read or written.
    pub fn file(what: &str, path: &Path, error: &std::io::Error) -> Error {
        let help = match error.kind() {
            std::io::ErrorKind::PermissionDenied => "check who owns it, and its permissions",
            std::io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only: choose a folder that is not",
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                "the disk is full: free some space, then run the same command again"
            }
            _ => "check the file system, then run the same command again",
        };
        Error::machine(format!("cannot {what} {}: {error}", path.display()), help)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhelp: {}", self.message, self.help)
    }
}

impl std::error::Error for Error {}
