//! What only the operating system can tell. On Linux all of it; elsewhere what is missing is left out.

use verdict::Site;

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{arm_sampling, enter_poll, leave_poll, sample_line, threads, waits};
#[cfg(target_os = "linux")]
pub(crate) use linux::{arm_sampling, enter_poll, leave_poll, sample_line, threads, waits};

/// How often this thread has waited for the system so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waits {
    /// Gave up its processor by itself.
    pub(crate) voluntary: i64,
    /// Waited for a page of its own code or data to be read from disk, which is nobody's fault here.
    pub(crate) page_reads: i64,
}

/// A thread of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thread {
    pub(crate) id: u64,
    pub(crate) name: String,
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "signals and the C library's sleep: each block says why it is sound")]
mod linux {
    use super::{Site, Thread, Waits};
    use crate::sites;
    use nix::libc;
    use nix::sys::pthread::{Pthread, pthread_kill, pthread_self};
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
    use std::backtrace::Backtrace;
    use std::cell::{Cell, RefCell};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Mutex, OnceLock};
    use std::time::{Duration, Instant};

    thread_local! {
        static IN_POLL: Cell<bool> = const { Cell::new(false) };
        /// Where this poll first slept with `std::thread::sleep`.
        static SLEPT_AT: RefCell<Option<Backtrace>> = const { RefCell::new(None) };
    }

    pub(crate) fn enter_poll() {
        SLEPT_AT.set(None);
        IN_POLL.set(true);
    }

    /// The poll is over; where it slept with `std::thread::sleep`, if it did.
    pub(crate) fn leave_poll() -> Option<Backtrace> {
        IN_POLL.set(false);
        SLEPT_AT.take()
    }

    pub(crate) fn waits() -> Waits {
        let usage = getrusage(UsageWho::RUSAGE_THREAD);
        usage.map_or(Waits { voluntary: 0, page_reads: 0 }, |usage| Waits {
            voluntary: usage.voluntary_context_switches() as i64,
            page_reads: usage.major_page_faults() as i64,
        })
    }

    /// Only the addresses are taken here: finding their lines takes a tenth of a second the first time, and
    /// would count as the learner's.
    fn note_sleep() {
        if IN_POLL.get() {
            SLEPT_AT.with_borrow_mut(|slept_at| {
                slept_at.get_or_insert_with(Backtrace::force_capture);
            });
        }
    }

    /// Stands before the C library's function in a test binary, which is how the line of a
    /// `std::thread::sleep` inside a poll becomes known.
    ///
    /// # Safety
    ///
    /// As for the C library's function of this name.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn clock_nanosleep(
        clock: libc::clockid_t,
        flags: libc::c_int,
        request: *const libc::timespec,
        remain: *mut libc::timespec,
    ) -> libc::c_int {
        note_sleep();
        // SAFETY: the arguments are passed on unchanged to the system call of the same meaning.
        let result = unsafe { libc::syscall(libc::SYS_clock_nanosleep, clock, flags, request, remain) };
        if result == -1 { nix::errno::Errno::last_raw() } else { 0 }
    }

    /// As [`clock_nanosleep`].
    ///
    /// # Safety
    ///
    /// As for the C library's function of this name.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn nanosleep(request: *const libc::timespec, remain: *mut libc::timespec) -> libc::c_int {
        note_sleep();
        // SAFETY: the arguments are passed on unchanged to the system call of the same meaning.
        unsafe { libc::syscall(libc::SYS_nanosleep, request, remain) as libc::c_int }
    }

    static RUNTIME_THREAD: OnceLock<Pthread> = OnceLock::new();
    static SAMPLED: AtomicBool = AtomicBool::new(false);
    static SAMPLE: Mutex<Option<Site>> = Mutex::new(None);

    /// Called on the runtime's thread: from now on [`sample_line`] can ask where it is.
    pub(crate) fn arm_sampling() {
        let _ = RUNTIME_THREAD.set(pthread_self());
        let action = SigAction::new(SigHandler::Handler(on_sample), SaFlags::SA_RESTART, SigSet::empty());
        // SAFETY: the handler is not async-signal-safe (a backtrace allocates), and need not be: it runs only
        // when the run has failed for good. Should it deadlock, `sample_line` gives up and the process ends.
        let _ = unsafe { sigaction(Signal::SIGURG, &action) };
    }

    extern "C" fn on_sample(_: libc::c_int) {
        if let Ok(mut sample) = SAMPLE.try_lock() {
            *sample = sites::subject_frame(&Backtrace::force_capture());
        }
        SAMPLED.store(true, Ordering::Release); // pairs with the Acquire in `sample_line`
    }

    /// The line of the subject's code in which the runtime's thread is right now.
    pub(crate) fn sample_line() -> Option<Site> {
        pthread_kill(*RUNTIME_THREAD.get()?, Signal::SIGURG).ok()?;
        let asked = Instant::now();
        while !SAMPLED.load(Ordering::Acquire) {
            if asked.elapsed() > Duration::from_secs(2) {
                return None;
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
        SAMPLE.try_lock().ok()?.clone()
    }

    /// The threads of this process.
    pub(crate) fn threads() -> Vec<Thread> {
        let Ok(entries) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
        let mut threads: Vec<Thread> = entries
            .flatten()
            .filter_map(|entry| {
                let id = entry.file_name().to_str()?.parse().ok()?;
                let name = std::fs::read_to_string(entry.path().join("comm")).ok()?;
                Some(Thread { id, name: name.trim_end().to_owned() })
            })
            .collect();
        threads.sort_by_key(|thread| thread.id);
        threads
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::{Site, Thread, Waits};
    use std::backtrace::Backtrace;

    pub(crate) fn enter_poll() {}
    pub(crate) fn leave_poll() -> Option<Backtrace> {
        None
    }
    pub(crate) fn waits() -> Waits {
        Waits { voluntary: 0, page_reads: 0 }
    }
    pub(crate) fn arm_sampling() {}
    pub(crate) fn sample_line() -> Option<Site> {
        None
    }
    pub(crate) fn threads() -> Vec<Thread> {
        Vec::new()
    }
}
