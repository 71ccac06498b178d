//! What a program may do.

use crate::Launcher;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What a program may do. Everything that is not named here is refused, but for what an ordinary program needs to
/// start at all: the dynamic loader and the system's libraries, `/dev/null` and its like, its own folder of `/proc`.
///
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Files and folders, with all below them, that may be read.
    pub read: Vec<PathBuf>,
    /// Those that may be read and executed. The program itself always may.
    pub execute: Vec<PathBuf>,
    /// Folders below which files may be read, made, written and removed.
    pub write: Vec<PathBuf>,
    /// Whether it may start processes. They stay in its process group and under this policy.
    pub processes: bool,
    /// Whether to go on without what the machine lacks, instead of refusing to start the program.
    pub weak: bool,
    /// Which network it sees.
    pub network: Network,
    /// What it may use.
    pub limits: Limits,
}

/// Which network a program sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// A loopback interface of its own, and nobody else on it.
    Own,
    /// That of whoever starts it, who is confined already: so a test and the programs that it starts hear each other.
    Callers,
}

/// What the system itself limits, for each process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of address space. Threads and allocators reserve far more than they use: it stands behind a [`Meter`]'s
    /// resident memory, and should be several times that.
    ///
    /// [`Meter`]: crate::Meter
    pub address_space: u64,
    /// Processor time, rounded up to whole seconds.
    pub cpu: Duration,
    /// Bytes in one file.
    pub file_size: u64,
    /// Open files and sockets.
    pub descriptors: u64,
}

impl Default for Limits {
    /// For a test: 4 GiB of address space, a minute of processor time, 256 MiB in a file, 1 024 descriptors.
    fn default() -> Limits {
        Limits { address_space: 4 << 30, cpu: Duration::from_secs(60), file_size: 256 << 20, descriptors: 1024 }
    }
}

impl Policy {
    /// A policy that allows a program no more than to run.
    pub fn strict() -> Policy {
        Policy {
            read: Vec::new(),
            execute: Vec::new(),
            write: Vec::new(),
            processes: false,
            weak: false,
            network: Network::Own,
            limits: Limits::default(),
        }
    }

    /// The command that starts a program under this policy, with an empty environment. What is added to it are the
    /// program's own arguments.
    pub fn command(&self, launcher: &Launcher, program: &Path) -> Command {
        let mut command = Command::new(launcher.path());
        command.env_clear().args(self.arguments(launcher)).arg(program);
        command
    }

    /// The launcher's arguments, before the program's path.
    pub fn arguments(&self, launcher: &Launcher) -> [String; 3] {
        [launcher.mark().to_owned(), self.to_json(), "--".to_owned()]
    }

    /// As the launcher reads it.
    fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a policy's paths are UTF-8")
    }
}
