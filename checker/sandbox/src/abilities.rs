//! What this machine can give, each really tried.

use crate::Launcher;
use std::process::{Command, Stdio};

/// One means of containment, and whether it works here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ability {
    /// Its name.
    pub name: &'static str,
    /// A detail of what works, or what is missing.
    pub works: Result<String, Missing>,
}

/// What is missing, and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What was seen.
    pub what: String,
    /// What helps.
    pub remedy: &'static str,
}

/// What is tried: the word for the launcher, the name, the remedy.
pub(crate) const TRIALS: [(&str, &str, &str); 5] = [
    (
        "files",
        "files (Landlock)",
        "Linux 5.13 or later, with `landlock` among the security modules: `lsm=landlock,…` on the kernel's command line",
    ),
    (
        "calls",
        "system calls (seccomp)",
        "a kernel with CONFIG_SECCOMP_FILTER; in a container, a profile that allows `seccomp`",
    ),
    (
        "network",
        "network (namespaces)",
        "`sysctl kernel.unprivileged_userns_clone=1`, on Ubuntu `kernel.apparmor_restrict_unprivileged_userns=0`; in a \
         container, a profile that allows `unshare`",
    ),
    ("limits", "resource limits", "a hard limit that is not below what grading asks for: see `ulimit -H -a`"),
    ("children", "memory of processes (/proc)", "a `/proc` that shows one's own processes, and CONFIG_PROC_CHILDREN"),
];

/// Tries every means of containment, each in a process of its own.
pub fn abilities(launcher: &Launcher) -> Vec<Ability> {
    TRIALS.iter().map(|(word, name, remedy)| Ability { name, works: tried(launcher, word, remedy) }).collect()
}

fn tried(launcher: &Launcher, word: &str, remedy: &'static str) -> Result<String, Missing> {
    let missing = |what: String| Missing { what, remedy };
    let run = Command::new(launcher.path()).args(["--try", word]).env_clear().stdin(Stdio::null()).output();
    let run = run.map_err(|error| missing(format!("{} does not start: {error}", launcher.path().display())))?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match run.status.success() {
        true => Ok(said(&run.stdout)),
        false if run.stderr.is_empty() => Err(missing(format!("the trial ended with {}", run.status))),
        false => Err(missing(said(&run.stderr))),
    }
}
