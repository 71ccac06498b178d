//! What keeps the checker from judging: said once, with the remedy, and with the exit code it means.

use crate::Exit;
use std::fmt;
use std::path::Path;

/// Why there is no verdict.
#[derive(Debug)]
pub(crate) struct Fault {
    exit: Exit,
    message: String,
    help: Option<String>,
}

impl Fault {
    /// Wrong use, or input that the user can mend.
    pub(crate) fn usage(message: impl Into<String>) -> Fault {
        Fault { exit: Exit::Usage, message: message.into(), help: None }
    }

    /// The grader's or the machine's fault.
    pub(crate) fn infra(message: impl Into<String>) -> Fault {
        Fault { exit: Exit::Infra, message: message.into(), help: None }
    }

    /// A file that could not be read or written. What is missing or no text, the user can bring back or mend.
    pub(crate) fn file(what: &str, path: &Path, error: &std::io::Error) -> Fault {
        let help = match error.kind() {
            std::io::ErrorKind::PermissionDenied => "check who owns it, and its permissions",
            std::io::ErrorKind::StorageFull => "free some space: `cargo clean` empties the target folder",
            std::io::ErrorKind::NotFound => "`git status` shows what is missing, `git restore` brings it back",
            std::io::ErrorKind::InvalidData => "the file is not UTF-8 text: save it as UTF-8",
            _ => "check the file system",
        };
        let message = format!("cannot {what} {}: {error}", path.display());
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::InvalidData => Fault::usage(message),
            _ => Fault::infra(message),
        }
        .help(help)
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// The same, where the command goes on without what failed.
    pub(crate) fn warning(&self) -> String {
        self.tell(crate::style::YELLOW, "warning")
    }

    fn tell(&self, style: anstyle::Style, word: &str) -> String {
        let mut text = format!("{style}{word}{style:#}: {}", self.message);
        if let Some(remedy) = &self.help {
            let help = crate::style::CYAN;
            text.push_str(&format!("\n{help}help{help:#}: {remedy}"));
        }
        text
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tell(crate::style::RED, "error"))
    }
}

impl From<update::Error> for Fault {
    fn from(error: update::Error) -> Fault {
        let fault = match error.blame {
            update::Blame::User => Fault::usage(error.message),
            update::Blame::Machine => Fault::infra(error.message),
        };
        fault.help(error.help)
    }
}

impl From<catalog::Error> for Fault {
    fn from(error: catalog::Error) -> Fault {
        let help = error.help();
        Fault::usage(error.to_string()).help(help)
    }
}
