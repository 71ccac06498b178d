//! The machine: its system, cores, memory, and clock; inside a container, what of them is ours.

use super::Finding;
use catalog::Workbook;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A build of the judge's library and a task takes so much, with both cores at work.
const ENOUGH_MEMORY: u64 = 2 << 30;

pub(super) fn examine(workbook: &Workbook) -> Vec<Finding> {
    let mut findings = vec![system(), cores()];
    findings.extend(memory());
    findings.push(clock(workbook));
    findings
}

fn system() -> Finding {
    let system = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let system = if kernel.is_empty() { system } else { format!("{system}, kernel {}", kernel.trim()) };
    let dumps =
        cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "x86")));
    if dumps {
        Finding::ok("system", system)
    } else if cfg!(all(target_os = "linux", not(target_env = "gnu"))) {
        Finding::less("system", system, "without glibc: blocked polls are not seen, every other criterion is judged")
    } else if cfg!(target_os = "linux") {
        Finding::less(
            "system",
            system,
            "no task dumps on this processor: messages name a task's spawn site, not its await point",
        )
    } else {
        Finding::less(
            "system",
            system,
            "only on Linux: await points of parked tasks, blocked polls and their line, threads left behind. These \
             are left out of the reports here; every other criterion is judged",
        )
    }
}

fn cores() -> Finding {
    let usable = std::thread::available_parallelism().map_or(1, usize::from);
    let machine = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let machine = machine.lines().filter(|line| line.starts_with("processor")).count().max(usable);
    let mut found = match machine > usable {
        true => format!("{usable} of the machine's {machine}"),
        false => usable.to_string(),
    };
    let quota = quota();
    if let Some(quota) = quota {
        found = format!("{found}; a quota of {quota:.1}");
    }
    match quota {
        Some(quota) if quota < usable as f64 => Finding::less(
            "cores",
            found,
            "the container may use less processor time than it sees cores, and is then halted: builds are slower, no \
             criterion counts that time. Raise the quota (`docker run --cpus`)",
        ),
        _ if usable == 1 => Finding::less("cores", found, "builds take about twice as long as on two"),
        _ => Finding::ok("cores", found),
    }
}

/// How many cores' time the container may use, where it is limited.
fn quota() -> Option<f64> {
    let at = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = |name: &str| at.lines().find_map(|line| line.split_once(name).map(|(_, path)| path.to_owned()));
    let (new, old) = (path("0::"), path(":cpu,cpuacct:").or_else(|| path(":cpu:")));
    let mut least: Option<f64> = None;
    for folder in new.iter().flat_map(|path| Path::new(path).ancestors()) {
        let text = fs::read_to_string(Path::new("/sys/fs/cgroup").join(below(folder)).join("cpu.max"));
        if let Some(quota) = text.ok().and_then(|text| share(&text)) {
            least = Some(least.map_or(quota, |least| least.min(quota)));
        }
    }
    for folder in old.iter().flat_map(|path| Path::new(path).ancestors()) {
        let folder = Path::new("/sys/fs/cgroup/cpu").join(below(folder));
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default().trim().to_owned();
        if let Some(quota) = share(&format!("{} {}", read("cpu.cfs_quota_us"), read("cpu.cfs_period_us"))) {
            least = Some(least.map_or(quota, |least| least.min(quota)));
        }
    }
    least
}

fn below(path: &Path) -> &Path {
    path.strip_prefix("/").unwrap_or(path)
}

/// `150000 100000` is one and a half; `max 100000` and `-1 100000` are no limit.
fn share(text: &str) -> Option<f64> {
    let mut numbers = text.split_whitespace().map(|number| number.parse::<f64>().ok());
    let (quota, period) = (numbers.next()??, numbers.next()??);
    (quota > 0.0 && period > 0.0).then_some(quota / period)
}

fn memory() -> Option<Finding> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = |name: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? << 10)
    };
    let (free, all) = (line("MemAvailable")?, line("MemTotal")?);
    let limit = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let limit = limit.iter().find_map(|file| fs::read_to_string(file).ok()?.trim().parse::<u64>().ok());
    let limit = limit.filter(|limit| *limit < all);
    let mut found = format!("{:.1} GB available of {:.1}", gigabytes(free), gigabytes(all));
    if let Some(limit) = limit {
        found = format!("{found}; a limit of {:.1}", gigabytes(limit));
    }
    Some(match free.min(limit.unwrap_or(all)) < ENOUGH_MEMORY {
        true => Finding::less("memory", found, "a build may be killed: `CARGO_BUILD_JOBS=1` makes it take less"),
        false => Finding::ok("memory", found),
    })
}

fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

/// Cargo tells by files' times what to build: they must be this clock's, and not from the future.
fn clock(workbook: &Workbook) -> Finding {
    let now = SystemTime::now();
    let probe = crate::stage::target(workbook.root()).join(format!(".doctor-{}", std::process::id()));
    let written = fs::write(&probe, b"").and_then(|()| fs::metadata(&probe)?.modified());
    let _ = fs::remove_file(&probe);
    let apart = |time: SystemTime| time.duration_since(now).unwrap_or_else(|error| error.duration());
    if let Some(apart) = written.ok().map(apart).filter(|apart| *apart > Duration::from_secs(2)) {
        return Finding::less(
            "clock",
            format!("the target folder's file system is {} s apart from this machine", apart.as_secs()),
            "cargo may build too much or too little: set both machines' clocks, or CARGO_TARGET_DIR to a local folder",
        );
    }
    let future = |file: &Path| {
        let modified = fs::metadata(file).and_then(|found| found.modified()).ok()?;
        modified.duration_since(now).ok().filter(|ahead| *ahead > Duration::from_secs(2))
    };
    let sources = workbook.tasks().unwrap_or_default();
    let sources = sources.iter().flat_map(|task| [task.exercise(), task.tests()].map(|folder| (task.id(), folder)));
    for (id, folder) in sources {
        let files = [folder.join("Cargo.toml"), folder.join("src/lib.rs"), folder.join("acceptance.rs")];
        if let Some(ahead) = files.iter().find_map(|file| future(file)) {
            return Finding::less(
                "clock",
                format!("a file of {id} is from the future, by {} s", ahead.as_secs()),
                "cargo builds it again and again: set the clock, or `touch` the file",
            );
        }
    }
    Finding::ok("clock", "files are written with this machine's time")
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_quota_is_a_number_of_cores() {
        assert_eq!(share("150000 100000\n"), Some(1.5));
        assert_eq!(share("max 100000\n"), None);
        assert_eq!(share("-1 100000"), None);
        assert_eq!(share(" "), None);
    }
}
