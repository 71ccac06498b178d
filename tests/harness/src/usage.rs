//! What this process has used of the machine.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use std::time::Duration;

/// What this process, with all its threads, has used so far. Waiting costs nothing of it: that is how a thread that
/// is parked is told from one that looks again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Processor time.
    pub processor: Duration,
    /// How often a thread went to wait.
    pub waits: u64,
}

impl Usage {
    /// What has been used until now.
    ///
    /// # Panics
    ///
    /// If the system does not tell.
    pub fn now() -> Usage {
        let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask for its own usage");
        let time = |time: TimeVal| {
            Duration::from_secs(time.tv_sec().unsigned_abs()) + Duration::from_micros(time.tv_usec().unsigned_abs())
        };
        Usage {
            processor: time(usage.user_time()) + time(usage.system_time()),
            waits: usage.voluntary_context_switches().unsigned_abs(),
        }
    }

    /// What has been used since then.
    pub fn elapsed(&self) -> Usage {
        let now = Usage::now();
        Usage { processor: now.processor.saturating_sub(self.processor), waits: now.waits.saturating_sub(self.waits) }
    }
}

/// For how long threads that still live were ready to run, at work or not: on a busy machine, one that looks again and
/// again gets little processor time, but is always ready. Zero where the system does not count it.
///
/// Linux counts, for each thread, the nanoseconds on a processor and those of waiting for one: see `schedstat` in the
/// kernel's `Documentation/scheduler/sched-stats.rst`.
pub fn ready() -> Duration {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Duration::ZERO };
    let of_one =
        |text: String| text.split_whitespace().take(2).filter_map(|part| part.parse::<u64>().ok()).sum::<u64>();
    let read = |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("schedstat")).ok();
    Duration::from_nanos(threads.flatten().filter_map(read).map(of_one).sum())
}
