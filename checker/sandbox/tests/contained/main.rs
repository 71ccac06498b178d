//! Programs under a policy, tried from inside: this test binary starts itself through the launcher, as a probe.
//!
//! Where the machine cannot confine, the tests are reported as ignored, with the reason. With `WORKBOOK_DEMAND` set, as
//! CI sets it, what is missing is a failure.

use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use sandbox::{Caps, Exceeded, Launcher, Meter, Policy, abilities};
use std::path::Path;
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
mod probe;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if let Some(name) = std::env::args().nth(1).and_then(|name| name.strip_prefix("probe:").map(str::to_owned)) {
        return probe::main(&name);
    }
    let arguments = Arguments::from_args();
    let missing = abilities(&launcher()).into_iter().find_map(|ability| {
        let missing = ability.works.err()?;
        Some(format!("{}: {}", ability.name, missing.what))
    });
    let ignored = missing.is_some() && std::env::var_os("WORKBOOK_DEMAND").is_none();
    let mut trials: Vec<Trial> = TESTS
        .iter()
        .map(|(name, test)| {
            let name = match &missing {
                Some(missing) if ignored => format!("{name} (not tried: {missing})"),
                _ => (*name).to_owned(),
            };
            Trial::test(name, *test).with_ignored_flag(ignored)
        })
        .collect();
    // Each is refused from inside, and works outside: else it would prove nothing.
    for name in REFUSED {
        trials.push(Trial::test(format!("refused: {name}"), || refused(name)).with_ignored_flag(ignored));
    }
    for name in ALLOWED {
        trials.push(Trial::test(format!("allowed: {name}"), || allowed(name)).with_ignored_flag(ignored));
    }
    let conclusion: Conclusion = libtest_mimic::run(&arguments, trials);
    conclusion.exit_code()
}

/// What the probe can do outside, and must not inside.
const REFUSED: [&str; 26] = [
    "read /etc/passwd",
    "read the parent's environment",
    "read the parent's arguments",
    "list all processes",
    "read another file of the folder",
    "write beside the scratch folder",
    "move own binary",
    "write own memory",
    "make a link in scratch",
    "signal the parent",
    "signal the parent's group",
    "be traced by the parent",
    "send UDP out",
    "connect TCP out",
    "connect to an abstract socket of the parent",
    "make a Unix socket",
    "make a netlink socket",
    "fork",
    "start the shell",
    "become the shell",
    "become a program from scratch",
    "leave the group",
    "unshare",
    "set the parent's limits",
    "set the parent's priority",
    "memory without a name",
];

const TO_THE_NETWORK: [&str; 2] = ["send UDP out", "connect TCP out"];

/// What an honest program needs.
const ALLOWED: [&str; 10] = [
    "loopback TCP and UDP",
    "threads",
    "a Tokio runtime",
    "files in scratch",
    "become itself",
    "signal its own group",
    "a backtrace with lines",
    "own threads by name",
    "parallelism",
    "no core dumps",
];

type Test = fn() -> Result<(), Failed>;

const TESTS: [(&str, Test); 13] = [
    ("the environment is empty and no descriptor is inherited", environment),
    ("a file ends at its limit", file_size),
    ("descriptors end at their limit", descriptors),
    ("address space ends at its limit", address_space),
    ("processor time ends at its limit", cpu),
    ("resident memory is seen, heap and shared", resident),
    ("memory of processes that it starts is seen", descendants),
    ("threads are seen", threads),
    ("files in scratch are seen, with and without a name", scratch),
    ("processes may be started and cannot leave", processes),
    ("what looks at /proc finds nothing private", looks),
    ("a failure to start is told from the program's own words", failure),
    ("a look is cheap", cheap),
];

fn launcher() -> Launcher {
    Launcher::new(env!("CARGO_BIN_EXE_sandbox"))
}

fn own_binary() -> std::path::PathBuf {
    std::env::current_exe().expect("a test binary has a path")
}

/// A probe that may do no more than a test of a learner's, with a folder of its own that it may write.
fn probe(name: &str, scratch: &Path, policy: impl FnOnce(&mut Policy)) -> Command {
    let mut allowed = Policy { write: vec![scratch.to_owned()], ..Policy::strict() };
    policy(&mut allowed);
    let mut command = allowed.command(&launcher(), &own_binary());
    command.arg(format!("probe:{name}")).arg(std::process::id().to_string()).arg(scratch).env("TMPDIR", scratch);
    use std::os::unix::process::CommandExt;
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn scratch_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("scratch")).expect("a folder in it");
    std::fs::write(folder.path().join("secret"), "secret").expect("a file in it");
    folder
}

fn run(name: &str, policy: impl FnOnce(&mut Policy)) -> Output {
    let folder = scratch_folder();
    probe(name, &folder.path().join("scratch"), policy).output().expect("the launcher starts")
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}: {}{}", output.status, text(&output.stdout), text(&output.stderr))
}

/// Ends with 0 when it was done, with 3 when the system refused it.
fn refused(name: &'static str) -> Result<(), Failed> {
    let inside = run(name, |_| ());
    if inside.status.code() != Some(3) {
        return Err(format!("inside: {}", said(&inside)).into());
    }
    if TO_THE_NETWORK.contains(&name) {
        // This machine may have none.
        return Ok(());
    }
    let folder = scratch_folder();
    let outside = Command::new(own_binary())
        .arg(format!("probe:{name}"))
        .arg(std::process::id().to_string())
        .arg(folder.path().join("scratch"))
        .stdin(Stdio::null())
        .output()?;
    match outside.status.success() {
        true => Ok(()),
        false => Err(format!("outside it does not work either: {}", said(&outside)).into()),
    }
}

fn allowed(name: &'static str) -> Result<(), Failed> {
    let output = run(name, |_| ());
    if output.status.success() { Ok(()) } else { Err(said(&output).into()) }
}

fn expect(output: &Output, holds: bool) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(said(output).into()) }
}

fn environment() -> Result<(), Failed> {
    // A descriptor that would be inherited.
    let (kept, _other) = std::os::unix::net::UnixStream::pair()?;
    nix::fcntl::fcntl(&kept, nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::empty()))?;
    let output = run("environment", |_| ());
    expect(&output, output.status.success())
}

fn file_size() -> Result<(), Failed> {
    let output = run("a huge file", |policy| policy.limits.file_size = 1 << 20);
    expect(&output, output.status.code() == Some(3))
}

fn descriptors() -> Result<(), Failed> {
    let output = run("descriptors", |policy| policy.limits.descriptors = 64);
    expect(&output, output.status.code() == Some(3))
}

fn address_space() -> Result<(), Failed> {
    let output = run("address space", |policy| policy.limits.address_space = 512 << 20);
    expect(&output, output.status.code() == Some(3))
}

fn cpu() -> Result<(), Failed> {
    use std::os::unix::process::ExitStatusExt;
    let output = run("a busy loop", |policy| policy.limits.cpu = Duration::from_millis(500));
    expect(&output, output.status.signal() == Some(nix::libc::SIGXCPU))
}

/// Starts the probe, looks until the meter says something, and ends it.
fn metered(name: &str, caps: Caps, policy: impl FnOnce(&mut Policy)) -> Result<Exceeded, Failed> {
    let folder = scratch_folder();
    let scratch = folder.path().join("scratch");
    let caps = Caps { scratch: caps.scratch.map(|(_, cap)| (scratch.clone(), cap)), ..caps };
    let mut child = probe(name, &scratch, policy).spawn()?;
    let mut meter = Meter::of(child.id(), caps);
    let began = Instant::now();
    let found = loop {
        if let Some(exceeded) = meter.exceeded() {
            break Ok(exceeded);
        }
        if let Some(status) = child.try_wait()? {
            break Err(format!("it ended with {status}, and the meter saw nothing").into());
        }
        if began.elapsed() > Duration::from_secs(30) {
            break Err("the meter saw nothing in 30 s".into());
        }
        std::thread::park_timeout(Duration::from_millis(10));
    };
    let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(child.id() as i32), nix::sys::signal::Signal::SIGKILL);
    child.wait()?;
    found
}

const ROOMY: Caps = Caps { resident: 4 << 30, threads: 1000, scratch: None };

fn resident() -> Result<(), Failed> {
    for name in ["300 MB of heap", "300 MB shared"] {
        match metered(name, Caps { resident: 250_000_000, ..ROOMY }, |_| ())? {
            Exceeded::Resident(seen, 250_000_000) if seen < 400_000_000 => {}
            other => return Err(format!("{name}: {other:?}").into()),
        }
    }
    Ok(())
}

fn descendants() -> Result<(), Failed> {
    // Each of two children stays below the cap, and one of them is an orphan.
    match metered("children of 100 MB", Caps { resident: 170_000_000, ..ROOMY }, |policy| policy.processes = true)? {
        Exceeded::Resident(..) => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}

fn threads() -> Result<(), Failed> {
    match metered("a thread bomb", Caps { threads: 100, ..ROOMY }, |_| ())? {
        Exceeded::Threads(seen, 100) if seen > 100 => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}

fn scratch() -> Result<(), Failed> {
    for name in ["many files", "a file without a name"] {
        let caps = Caps { scratch: Some((Path::new("").to_owned(), 8 << 20)), ..ROOMY };
        match metered(name, caps, |_| ())? {
            Exceeded::Scratch(seen, _) if seen > 8 << 20 => {}
            other => return Err(format!("{name}: {other:?}").into()),
        }
    }
    Ok(())
}

fn processes() -> Result<(), Failed> {
    let shell = |policy: &mut Policy| {
        policy.processes = true;
        policy.execute = ["/bin", "/usr/bin"].map(Into::into).to_vec();
    };
    for name in ["start the shell", "a child that becomes an orphan"] {
        let output = run(name, shell);
        expect(&output, output.status.success())?;
    }
    for name in ["leave the group", "unshare", "set the parent's limits", "signal the parent", "clone into a namespace"]
    {
        let output = run(name, shell);
        expect(&output, output.status.code() == Some(3)).map_err(|error| format!("{name}: {error:?}"))?;
    }
    Ok(())
}

/// Who starts processes may look at them, and still at nothing of others that is private.
fn looks() -> Result<(), Failed> {
    let looking = |policy: &mut Policy| {
        policy.processes = true;
        policy.read.push("/proc".into());
    };
    let output = run("list all processes", looking);
    expect(&output, output.status.success())?;
    for name in ["read the parent's environment", "write own memory", "read /etc/passwd by the parent's root"] {
        let output = run(name, looking);
        expect(&output, output.status.code() == Some(3)).map_err(|error| format!("{name}: {error:?}"))?;
    }
    Ok(())
}

fn failure() -> Result<(), Failed> {
    let launcher = launcher();
    let policy = Policy::strict();
    let output = policy.command(&launcher, Path::new("/nowhere/program")).output()?;
    let reason = launcher.failure_of(&output);
    expect(&output, reason.as_deref().is_some_and(|reason| reason.contains("/nowhere/program")))?;
    // The program's own words, and its own 125, are not believed.
    let mut command = policy.command(&launcher, &own_binary());
    let output = command.arg("probe:forge a failure").output()?;
    expect(&output, output.status.code() == Some(125) && launcher.failure_of(&output).is_none())?;
    let missing = Policy { read: vec!["/nowhere".into()], ..Policy::strict() };
    let output = missing.command(&launcher, &own_binary()).output()?;
    expect(&output, launcher.failure_of(&output).is_some_and(|reason| reason.contains("/nowhere")))
}

fn cheap() -> Result<(), Failed> {
    const LOOKS: u32 = 200;
    let folder = scratch_folder();
    let mut child = probe("wait", &folder.path().join("scratch"), |_| ()).spawn()?;
    let mut meter = Meter::of(child.id(), ROOMY);
    let before = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_THREAD)?;
    for _ in 0..LOOKS {
        meter.exceeded();
    }
    let after = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_THREAD)?;
    child.kill()?;
    child.wait()?;
    let time = |usage: nix::sys::resource::Usage| {
        let micros = |time: nix::sys::time::TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
        micros(usage.user_time()) + micros(usage.system_time())
    };
    let each = (time(after) - time(before)) / i64::from(LOOKS);
    // Processor time of this thread, ten times what it takes.
    if each < 1_000 { Ok(()) } else { Err(format!("a look takes {each} µs of processor time").into()) }
}
