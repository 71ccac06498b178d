//! What a test may do while it judges a stranger's code, and what it may use.
//!
//! Most tests call the submission: such a process may start no other, read nothing but itself, and write only to a
//! scratch folder that it has alone and that is gone after it. A test that starts the submission's program may start
//! processes, of that program and of the services that the task needs; the program runs under the rules above.

use super::grader::Grader;
use crate::fault::Fault;
use catalog::Criterion;
use sandbox::{Caps, Exceeded, Launcher, Limits, Meter, Network, Policy};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;
use verdict::{Keeper, Kind, Order, Programs, Verdict};

/// Resident bytes of a test with all that it starts. The hungriest reference takes 90 MB.
const RESIDENT: u64 = 1 << 30;
/// Threads of a test with all that it starts. Tokio has up to 512 for blocking work, and a test may fill them.
const THREADS: usize = 1024;
/// Bytes in a test's scratch folder.
const SCRATCH: u64 = 512 << 20;
/// What the system limits for each process.
const LIMITS: Limits =
    Limits { address_space: 16 << 30, cpu: Duration::from_secs(120), file_size: 256 << 20, descriptors: 4096 };

/// The limits, as results tell them.
pub(super) fn limits() -> BTreeMap<String, String> {
    let mib = |bytes: u64| format!("{} MiB", bytes >> 20);
    [
        ("memory", mib(RESIDENT)),
        ("threads", THREADS.to_string()),
        ("scratch", mib(SCRATCH)),
        ("file", mib(LIMITS.file_size)),
        ("address space", mib(LIMITS.address_space)),
        ("processor time", format!("{} s", LIMITS.cpu.as_secs())),
        ("descriptors", LIMITS.descriptors.to_string()),
    ]
    .map(|(name, limit)| (name.to_owned(), limit))
    .into()
}

/// How one test is kept.
#[derive(Debug)]
pub(super) struct Kept {
    launcher: Launcher,
    policy: Policy,
    scratch: PathBuf,
    pub(super) order: Order,
}

impl Kept {
    /// How a test with this criterion is kept that was built in `out`, and has `scratch` for itself. `services` are the
    /// programs of what the task needs.
    ///
    /// # Errors
    ///
    /// A scratch folder that cannot be made.
    pub(super) fn of(
        grader: &Grader,
        criterion: &Criterion,
        services: &[PathBuf],
        out: &Path,
        scratch: &Path,
    ) -> Result<Kept, Fault> {
        std::fs::create_dir_all(scratch).map_err(|error| Fault::file("create", scratch, &error))?;
        let launcher = grader.compiler.launcher.clone();
        let strict =
            Policy { write: vec![scratch.to_owned()], weak: grader.compiler.weak, limits: LIMITS, ..Policy::strict() };
        let mut order = Order { seed: grader.seed, spans: true, programs: None };
        let policy = if criterion.processes {
            let program = Policy { network: Network::Callers, ..strict.clone() };
            let mut command = vec![launcher.path().display().to_string()];
            command.extend(program.arguments(&launcher));
            order.programs = Some(Programs { command, code: sandbox::FAILED.into(), mark: launcher.says() });
            // It looks at what it has started through /proc.
            let read = vec![out.to_owned(), "/proc".into()];
            let mut execute = vec![launcher.path().to_owned(), out.to_owned()];
            execute.extend(services.iter().cloned());
            Policy { processes: true, read, execute, ..strict }
        } else {
            Policy { read: vec![out.to_owned()], ..strict }
        };
        Ok(Kept { launcher, policy, scratch: scratch.to_owned(), order })
    }
}

impl Keeper for Kept {
    fn command(&self, binary: &Path) -> Command {
        let mut command = self.policy.command(&self.launcher, binary);
        command.env("TMPDIR", &self.scratch).current_dir(&self.scratch);
        if self.policy.processes {
            // A test finds its services as the grader does.
            command.envs(std::env::vars_os().filter(|(name, _)| SERVICES.iter().any(|known| name == known)));
        }
        command
    }

    fn watch(&self, pid: u32) -> Box<dyn FnMut() -> Option<Verdict> + '_> {
        let scratch = Some((self.scratch.clone(), SCRATCH));
        let mut meter = Meter::of(pid, Caps { resident: RESIDENT, threads: THREADS, scratch });
        Box::new(move || meter.exceeded().map(exceeded))
    }

    fn ended(&self, status: ExitStatus, stderr: &str) -> Option<Verdict> {
        let reason = self.launcher.failure(status.code(), stderr)?;
        Some(Verdict::new(Kind::Infra, format!("the sandbox cannot be set up: {reason}")))
    }
}

/// The variables by which a service's program is found. One that runs elsewhere cannot be reached.
const SERVICES: [&str; 4] = ["PATH", "HOME", "TANSU_BIN", "WORKBOOK_DEMAND"];

fn exceeded(exceeded: Exceeded) -> Verdict {
    match exceeded {
        Exceeded::Resident(..) => Verdict::new(Kind::Memory, format!("the test was ended: {exceeded}"))
            .usually("a queue without a bound, or one that is never emptied"),
        Exceeded::Threads(..) => Verdict::new(Kind::Memory, format!("the test was ended: {exceeded}"))
            .usually("a thread for each item: a pool has as many as there are cores"),
        Exceeded::Scratch(..) => Verdict::new(Kind::Output, format!("the test was ended: {exceeded}"))
            .usually("a file that is written in a loop"),
    }
}
