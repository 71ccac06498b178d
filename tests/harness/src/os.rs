//! What only the operating system can tell. On Linux with glibc all of it; elsewhere what is missing is left out.

use nix::sys::signal::{SigHandler, Signal, signal};
use std::backtrace::Backtrace;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use verdict::Site;

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) use elsewhere::{arm_sampling, enter_poll, leave_poll, sample_line, this_thread, thread_id, threads};
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use linux::{arm_sampling, enter_poll, leave_poll, sample_line, this_thread, thread_id, threads};

/// What a poll waited for, apart from the processor. The lines are not looked up yet.
#[derive(Debug, Default)]
pub(crate) struct PollWaits {
    /// Where it first slept with `std::thread::sleep`.
    pub(crate) slept: Option<Backtrace>,
    /// Where it first waited: for a lock, for another thread, for a file, a socket or a process.
    pub(crate) waited: Vec<Backtrace>,
    /// How long these waits took.
    pub(crate) time: Duration,
}

/// A thread of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thread {
    pub(crate) id: u64,
    pub(crate) name: String,
}

/// The judge's own threads.
static ENLISTED: Mutex<Vec<u64>> = Mutex::new(Vec::new());

/// Says that the thread that runs this is the judge's own.
pub(crate) fn enlist() {
    ENLISTED.lock().unwrap_or_else(PoisonError::into_inner).extend(thread_id());
}

/// Whether a thread is the judge's own.
pub(crate) fn enlisted(id: u64) -> bool {
    ENLISTED.lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
}

/// SIGINT ends this process again, and those that it starts. A shell has its background jobs ignore it, and what is
/// ignored is inherited.
pub(crate) fn heed_interrupts() {
    #[expect(unsafe_code, reason = "`signal` is unsafe for the handlers that it may install")]
    // SAFETY: the default disposition is no handler.
    let _ = unsafe { signal(Signal::SIGINT, SigHandler::SigDfl) };
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod linux;

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod elsewhere {
    use super::{PollWaits, Site, Thread};

    pub(crate) fn enter_poll() {}
    pub(crate) fn leave_poll() -> PollWaits {
        PollWaits::default()
    }
    pub(crate) fn arm_sampling() {}
    pub(crate) fn this_thread() -> u64 {
        0
    }
    pub(crate) fn sample_line(_: u64) -> Option<Site> {
        None
    }
    pub(crate) fn threads() -> Vec<Thread> {
        Vec::new()
    }
    pub(crate) fn thread_id() -> Option<u64> {
        None
    }
}
