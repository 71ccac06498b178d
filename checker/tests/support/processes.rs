//! Other processes, as `/proc` shows them.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// A process. Its number may be used again, its number and start together are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    id: u32,
    parent: u32,
    started: u64,
    ended: bool,
}

impl Process {
    fn read(id: u32) -> Option<Process> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name stands in parentheses and may hold any character.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let (state, parent, started) = (*fields.first()?, fields.get(1)?.parse().ok()?, fields.get(19)?.parse().ok()?);
        Some(Process { id, parent, started, ended: matches!(state, "Z" | "X") })
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Whether it still runs. One that only its parent has not noticed to have ended does not.
    pub(crate) fn lives(&self) -> bool {
        Process::read(self.id).is_some_and(|now| now.started == self.started && !now.ended)
    }

    /// Whether its program has this name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        fs::read_link(format!("/proc/{}/exe", self.id)).is_ok_and(|program| program.file_name() == Some(name.as_ref()))
    }

    /// Whether its program lies in or below a folder.
    pub(crate) fn runs_from(&self, folder: &Path) -> bool {
        fs::read_link(format!("/proc/{}/exe", self.id)).is_ok_and(|program| program.starts_with(folder))
    }
}

/// The children of a process, and theirs.
pub(crate) fn below(id: u32) -> Vec<Process> {
    let numbers = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<Process> =
        numbers.filter_map(|entry| Process::read(entry.file_name().to_str()?.parse().ok()?)).collect();
    let mut family: Vec<Process> = all.iter().filter(|process| process.parent == id).cloned().collect();
    let mut next = 0;
    while let Some(of) = family.get(next).map(|process| process.id) {
        family.extend(all.iter().filter(|process| process.parent == of).cloned());
        next += 1;
    }
    family
}

/// Which of these still run after a while. They are killed, so that a test that fails leaves none.
pub(crate) fn left(family: &[Process], patience: Duration) -> Vec<&Process> {
    let began = Instant::now();
    loop {
        let left: Vec<&Process> = family.iter().filter(|process| process.lives()).collect();
        if left.is_empty() || began.elapsed() > patience {
            for process in &left {
                let _ = kill(Pid::from_raw(process.id as i32), Signal::SIGKILL);
            }
            return left;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// Looks again and again until there is an answer.
#[track_caller]
pub(crate) fn within<T>(limit: Duration, what: &str, look: impl Fn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = look() {
            return answer;
        }
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}
