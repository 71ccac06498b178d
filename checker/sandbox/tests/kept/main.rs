//! Criteria judged in the sandbox: the harness finds there what it finds outside, and nothing of ours stands in its way.
#![cfg(target_os = "linux")]

mod criteria;

use sandbox::{Caps, Exceeded, Launcher, Meter, Network, Policy};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;
use verdict::supervise::{self, Judged, Run};
use verdict::{Keeper, Kind, Order, Programs, Verdict};

/// Keeps a test as a grader would.
#[derive(Debug)]
struct Kept {
    launcher: Launcher,
    policy: Policy,
    scratch: PathBuf,
    caps: Caps,
}

impl Kept {
    fn in_folder(scratch: &Path, processes: bool) -> Kept {
        let launcher = Launcher::new(env!("CARGO_BIN_EXE_sandbox"));
        let mut policy = Policy { write: vec![scratch.to_owned()], processes, ..Policy::strict() };
        if processes {
            // A test looks at the programs that it starts, and starts them through the launcher.
            policy.read.push("/proc".into());
            policy.execute.push(launcher.path().to_owned());
        }
        let caps = Caps { resident: 256 << 20, threads: 200, scratch: Some((scratch.to_owned(), 64 << 20)) };
        Kept { launcher, policy, scratch: scratch.to_owned(), caps }
    }

    /// How a test starts programs.
    fn programs(&self) -> Programs {
        let policy = Policy { write: vec![self.scratch.clone()], network: Network::Callers, ..Policy::strict() };
        let mut command = vec![self.launcher.path().to_string_lossy().into_owned()];
        command.extend(policy.arguments(&self.launcher));
        Programs { command, code: sandbox::FAILED.into(), mark: self.launcher.says() }
    }
}

impl Keeper for Kept {
    fn command(&self, binary: &Path) -> Command {
        let mut command = self.policy.command(&self.launcher, binary);
        command.env("TMPDIR", &self.scratch).current_dir(&self.scratch);
        command
    }

    fn watch(&self, pid: u32) -> Box<dyn FnMut() -> Option<Verdict> + '_> {
        let mut meter = Meter::of(pid, self.caps.clone());
        Box::new(move || {
            let exceeded = meter.exceeded()?;
            let kind = match exceeded {
                Exceeded::Resident(..) => Kind::Memory,
                Exceeded::Threads(..) => Kind::Leak,
                Exceeded::Scratch(..) => Kind::Output,
            };
            Some(Verdict::new(kind, exceeded.to_string()))
        })
    }

    fn ended(&self, status: ExitStatus, stderr: &str) -> Option<Verdict> {
        let reason = self.launcher.failure(status.code(), stderr)?;
        Some(Verdict::new(Kind::Infra, reason))
    }
}

/// Judges one of the criteria, kept.
fn judge(name: &str, processes: bool, change: impl FnOnce(&mut Kept)) -> Judged {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let binary = std::env::current_exe().expect("a test binary has a path");
    let mut kept = Kept::in_folder(scratch.path(), processes);
    change(&mut kept);
    let order = Order { seed: 7, spans: false, programs: processes.then(|| kept.programs()) };
    let (test, deadline) = (format!("criteria::{name}"), Duration::from_secs(60));
    supervise::judge(Run { binary: &binary, test: &test, deadline, order: &order, keeper: Some(&kept) })
}

#[track_caller]
fn expect(name: &str, processes: bool, kind: Kind) -> Verdict {
    let judged = judge(name, processes, |_| ());
    assert_eq!(judged.verdict.kind, kind, "{}\n{}", judged.verdict, judged.output);
    judged.verdict
}

#[test]
fn honest_criteria_pass() {
    for name in ["passes_on_the_virtual_clock", "passes_on_the_wall_clock", "passes_without_a_runtime", "has_the_seed"]
    {
        expect(name, false, Kind::Pass);
    }
}

#[test]
fn findings_are_those_of_outside() {
    for (name, kind, marker) in [
        ("leaks_a_task", Kind::Leak, "[leaks]"),
        ("blocks", Kind::Blocked, "[blocks]"),
        ("panics", Kind::Crash, "[panics]"),
        ("is_stuck", Kind::Stuck, ""),
    ] {
        let verdict = expect(name, false, kind);
        let line = include_str!("../subjects/kept.rs").lines().position(|line| line.ends_with(&format!("// {marker}")));
        if let Some(line) = line {
            assert_eq!(verdict.at.as_ref().map(|site| site.line as usize), Some(line + 1), "{verdict}");
        }
    }
    let verdict = expect("leaks_a_thread", false, Kind::Leak);
    assert!(verdict.evidence.iter().any(|line| line.contains("left-behind")), "{verdict}");
}

#[test]
fn what_is_exceeded_ends_the_run() {
    let verdict = expect("takes_memory", false, Kind::Memory);
    assert!(verdict.seen.contains("more than 256 MiB of memory"), "{verdict}");
    expect("takes_memory_after_its_verdict", false, Kind::Memory);
    expect("starts_many_threads", false, Kind::Leak);
}

#[test]
fn a_process_that_cannot_be_kept_is_the_graders_fault() {
    let judged = judge("passes_on_the_virtual_clock", false, |kept| kept.policy.read.push("/nowhere".into()));
    assert_eq!(judged.verdict.kind, Kind::Infra, "{}", judged.verdict);
    assert!(judged.verdict.seen.contains("/nowhere"), "{}", judged.verdict);
}

#[test]
fn arguments_and_environment_say_nothing_of_the_order() {
    expect("sees_no_seed", false, Kind::Pass);
}

#[test]
fn programs_are_started_by_those_that_say_so() {
    for name in ["runs_a_program", "looks_at_a_program", "a_program_starts_none"] {
        expect(name, true, Kind::Pass);
    }
    let verdict = expect("starts_a_program_and_does_not_say_so", true, Kind::Infra);
    assert!(verdict.seen.contains("criterion(processes)"), "{verdict}");
    // Without the keeper's leave, a test that says so cannot either.
    let judged = judge("runs_a_program", false, |_| ());
    assert!(!judged.verdict.passed(), "{}", judged.verdict);
    // A program that could not be confined is no failure of the learner's.
    let verdict = expect("its_program_cannot_be_kept", true, Kind::Infra);
    assert!(verdict.seen.contains("could not be started"), "{verdict}");
}
