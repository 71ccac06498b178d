//! What only looking limits: resident memory, threads, bytes on the disk.

use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What a process and its descendants may use together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Resident bytes. Pages that several of them share count for each.
    pub resident: u64,
    /// Threads.
    pub threads: usize,
    /// A folder, and the bytes that its files may take on the disk, with those that are open and no longer have a name.
    pub scratch: Option<(PathBuf, u64)>,
}

/// A cap that was exceeded: what was seen, and the cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exceeded {
    /// Resident bytes.
    Resident(u64, u64),
    /// Threads.
    Threads(usize, usize),
    /// Bytes on the disk.
    Scratch(u64, u64),
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        // What was seen depends on the moment of the look, and the same code is to get the same words each time.
        match *self {
            Exceeded::Resident(_, cap) => write!(f, "more than {} MiB of memory", mib(cap)),
            Exceeded::Threads(_, cap) => write!(f, "more than {cap} threads"),
            Exceeded::Scratch(_, cap) => write!(f, "more than {} MiB in files", mib(cap)),
        }
    }
}

/// Looks at a process from outside.
#[derive(Debug)]
pub struct Meter {
    pid: u32,
    caps: Caps,
    /// The process's folder of `/proc`, kept open: the kernel forgets such folders when memory is short and makes them
    /// anew, and then Landlock no longer takes it for the one that the process may read.
    _folder: Option<File>,
    scratch_seen: Option<Instant>,
}

/// The folder is looked at this seldom: it takes a system call for each file.
const SCRATCH_EVERY: Duration = Duration::from_millis(100);
/// So many entries of the scratch folder count at most; beyond that it is over its cap whatever they hold.
const ENTRIES: usize = 100_000;
/// Bytes that a file or folder takes, however little it holds.
const LEAST: u64 = 4096;

impl Meter {
    /// Meters the process with this id, and those that descend from it.
    pub fn of(pid: u32, caps: Caps) -> Meter {
        Meter { pid, caps, _folder: File::open(format!("/proc/{pid}")).ok(), scratch_seen: None }
    }

    /// One look. A process that has ended uses nothing.
    pub fn exceeded(&mut self) -> Option<Exceeded> {
        let (mut resident, mut threads) = (0, 0);
        let mut seen = vec![self.pid];
        let mut next = 0;
        while let Some(&pid) = seen.get(next) {
            next += 1;
            let Some((its_threads, pages)) = usage(pid) else { continue };
            threads += its_threads;
            resident += pages * page();
            if threads > self.caps.threads {
                return Some(Exceeded::Threads(threads, self.caps.threads));
            }
            if resident > self.caps.resident {
                return Some(Exceeded::Resident(resident, self.caps.resident));
            }
            seen.extend(children(pid));
        }
        self.scratch(&seen)
    }

    fn scratch(&mut self, processes: &[u32]) -> Option<Exceeded> {
        let (folder, cap) = self.caps.scratch.as_ref()?;
        if self.scratch_seen.is_some_and(|seen| seen.elapsed() < SCRATCH_EVERY) {
            return None;
        }
        let nameless = processes.iter().map(|pid| nameless(*pid)).sum::<u64>();
        let seen = nameless + below(folder, *cap);
        self.scratch_seen = Some(Instant::now());
        (seen > *cap).then_some(Exceeded::Scratch(seen, *cap))
    }
}

/// Threads, and resident pages.
fn usage(pid: u32) -> Option<(usize, u64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold any character. After it comes the state, which is field 3.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let threads = fields.nth(20 - 3)?.parse().ok()?;
    let pages = fields.nth(24 - 20 - 1)?.parse().ok()?;
    Some((threads, pages))
}

/// What a process has started, by each of its threads.
fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let of_one = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).ok();
    let all: Vec<String> = threads.flatten().filter_map(of_one).collect();
    all.iter().flat_map(|children| children.split_whitespace()).filter_map(|child| child.parse().ok()).collect()
}

/// Bytes of open files that have no name any more.
fn nameless(pid: u32) -> u64 {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { return 0 };
    let files = descriptors.flatten().filter_map(|descriptor| fs::metadata(descriptor.path()).ok());
    files.filter(|file| file.is_file() && file.nlink() == 0).map(|file| file.blocks() * 512).sum()
}

/// Bytes on the disk below a folder; no more are counted once they are above the cap.
fn below(folder: &Path, cap: u64) -> u64 {
    let (mut bytes, mut entries, mut folders) = (0, 0, vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            // Of the entry itself: no link is followed.
            let Ok(found) = entry.metadata() else { continue };
            if found.is_dir() {
                folders.push(entry.path());
            }
            bytes += (found.blocks() * 512).max(LEAST);
            entries += 1;
            if bytes > cap {
                return bytes;
            }
            if entries > ENTRIES {
                return bytes.max(cap + 1);
            }
        }
    }
    bytes
}

fn page() -> u64 {
    static PAGE: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *PAGE.get_or_init(|| {
        #[cfg(target_os = "linux")]
        let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten();
        #[cfg(not(target_os = "linux"))]
        let size: Option<i64> = None;
        size.and_then(|size| u64::try_from(size).ok()).unwrap_or(4096)
    })
}
