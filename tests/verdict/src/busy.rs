//! How long a busy machine has kept a process waiting, so that its deadlines count its own time.

use std::time::Duration;

/// A deadline is put off by so many times itself at most: code that starves itself, with more busy threads than there
/// are cores, must come to an end, too.
pub const MOST: u32 = 5;

/// For how long the process's threads were ready to run and had no processor, by the one that waited longest. Zero
/// where the system does not count it.
///
/// Linux does, for each thread: see `schedstat` in the kernel's `Documentation/scheduler/sched-stats.rst`. What a
/// thread had waited when it ended is not counted any more.
pub fn kept_waiting(process: u32) -> Duration {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return Duration::ZERO };
    let waited = |thread: std::fs::DirEntry| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.flatten().filter_map(waited).max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::kept_waiting;
    use std::time::{Duration, Instant};

    #[test]
    fn a_process_waits_no_longer_than_it_lives() {
        let began = Instant::now();
        let before = kept_waiting(std::process::id());
        assert!(kept_waiting(std::process::id()) - before <= began.elapsed() + Duration::from_millis(100));
        assert_eq!(kept_waiting(u32::MAX), Duration::ZERO);
    }
}
