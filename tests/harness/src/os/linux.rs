//! Linux: who waits, and where, known from the C library's functions that wait.
//!
//! Everything that std and parking_lot wait with goes through a few functions of the C library. A function of the
//! same name in a test binary stands before the library's, so that a wait inside a poll is known by its line, and
//! a lock of the learner's is told from one inside Tokio. Counting the thread's voluntary context switches instead
//! was tried: starting a `spawn_blocking` thread or printing into a pipe switches too, and on a busy machine every
//! second such run was called blocked.
#![expect(unsafe_code, reason = "signals and the C library's functions: each block says why it is sound")]

use super::{PollWaits, Site, Thread};
use crate::sites;
use nix::libc::{self, c_int, c_long, c_void};
use nix::sys::pthread::{Pthread, pthread_kill, pthread_self};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::time::{Duration, Instant};

thread_local! {
    static IN_POLL: Cell<bool> = const { Cell::new(false) };
    /// What this poll has waited for so far.
    static WAITS: RefCell<PollWaits> =
        const { RefCell::new(PollWaits { slept: None, waited: Vec::new(), time: Duration::ZERO }) };
}

/// So many places of one poll are kept.
const PLACES: usize = 4;

pub(crate) fn enter_poll() {
    WAITS.take();
    IN_POLL.set(true);
}

/// The poll is over; what it waited for.
pub(crate) fn leave_poll() -> PollWaits {
    IN_POLL.set(false);
    WAITS.take()
}

/// How often this thread has given up its processor by itself.
fn voluntary_switches() -> c_long {
    getrusage(UsageWho::RUSAGE_THREAD).map_or(0, |usage| usage.voluntary_context_switches())
}

/// Calls a function that may wait. If it does, inside a poll, the place is noted; only its addresses, for finding
/// the lines takes a tenth of a second the first time and would count as the learner's.
fn noting<T>(sleep: bool, call: impl FnOnce() -> T) -> T {
    // What is called from here on may come here again: taking a backtrace locks, too.
    if !IN_POLL.replace(false) {
        return call();
    }
    let (before, began) = (voluntary_switches(), Instant::now());
    let result = call();
    let errno = nix::errno::Errno::last_raw();
    if sleep || voluntary_switches() > before {
        WAITS.with_borrow_mut(|waits| {
            if sleep {
                waits.slept.get_or_insert_with(Backtrace::force_capture);
                return;
            }
            waits.time += began.elapsed();
            if waits.waited.len() < PLACES {
                waits.waited.push(Backtrace::force_capture());
            }
        });
    }
    nix::errno::Errno::set_raw(errno);
    IN_POLL.set(true);
    result
}

/// The C library's function of this name. No lock guards the cell: a lock that waits comes here itself.
fn real(cell: &AtomicPtr<c_void>, name: &std::ffi::CStr) -> *mut c_void {
    let mut real = cell.load(Ordering::Relaxed);
    if real.is_null() {
        // SAFETY: the name is a C string.
        real = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
        if real.is_null() {
            std::process::abort();
        }
        cell.store(real, Ordering::Relaxed);
    }
    real
}

/// Functions that stand before the C library's.
macro_rules! before_the_library {
    ($($name:ident = $string:literal, sleep: $sleep:expr, ($($argument:ident: $type:ty),*) -> $result:ty;)*) => {$(
        /// Stands before the C library's function in a test binary.
        ///
        /// # Safety
        ///
        /// As for the C library's function of this name.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            static REAL: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
            // SAFETY: the library's function has this signature, and the pointer is not null.
            let real = unsafe {
                std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($type),*) -> $result>(real(&REAL, $string))
            };
            // SAFETY: the arguments are passed on unchanged.
            noting($sleep, || unsafe { real($($argument),*) })
        }
    )*};
}

before_the_library! {
    clock_nanosleep = c"clock_nanosleep", sleep: true,
        (clock: libc::clockid_t, flags: c_int, request: *const libc::timespec, remain: *mut libc::timespec) -> c_int;
    nanosleep = c"nanosleep", sleep: true, (request: *const libc::timespec, remain: *mut libc::timespec) -> c_int;
    read = c"read", sleep: false, (file: c_int, buffer: *mut c_void, size: usize) -> isize;
    recv = c"recv", sleep: false, (socket: c_int, buffer: *mut c_void, size: usize, flags: c_int) -> isize;
    accept4 = c"accept4", sleep: false,
        (socket: c_int, address: *mut libc::sockaddr, size: *mut libc::socklen_t, flags: c_int) -> c_int;
    poll = c"poll", sleep: false, (files: *mut libc::pollfd, count: libc::nfds_t, timeout: c_int) -> c_int;
    waitpid = c"waitpid", sleep: false, (process: libc::pid_t, status: *mut c_int, options: c_int) -> libc::pid_t;
    waitid = c"waitid", sleep: false,
        (kind: libc::idtype_t, id: libc::id_t, info: *mut libc::siginfo_t, options: c_int) -> c_int;
    pthread_join = c"pthread_join", sleep: false, (thread: libc::pthread_t, value: *mut *mut c_void) -> c_int;
}

/// Stands before the C library's function in a test binary: all of std's and parking_lot's locks wait through it.
///
/// The library's has a variable number of arguments; on the ABIs named here it reads them where a caller of a
/// function with seven puts them.
///
/// # Safety
///
/// As for the C library's function of this name.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[unsafe(no_mangle)]
unsafe extern "C" fn syscall(
    number: c_long,
    first: c_long,
    second: c_long,
    third: c_long,
    fourth: c_long,
    fifth: c_long,
    sixth: c_long,
) -> c_long {
    type Syscall = unsafe extern "C" fn(c_long, c_long, c_long, c_long, c_long, c_long, c_long) -> c_long;
    static REAL: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
    // SAFETY: see above; the pointer is not null.
    let real = unsafe { std::mem::transmute::<*mut c_void, Syscall>(real(&REAL, c"syscall")) };
    // SAFETY: the arguments are passed on unchanged.
    let call = || unsafe { real(number, first, second, third, fourth, fifth, sixth) };
    let operation = second as c_int & !(libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME);
    if number == libc::SYS_futex && matches!(operation, libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET) {
        noting(false, call)
    } else {
        call()
    }
}

static SAMPLED: AtomicBool = AtomicBool::new(false);
static SAMPLE: Mutex<Option<Backtrace>> = Mutex::new(None);

/// From now on [`sample_line`] can ask a thread where it is.
pub(crate) fn arm_sampling() {
    let action = SigAction::new(SigHandler::Handler(on_sample), SaFlags::SA_RESTART, SigSet::empty());
    // SAFETY: the handler is not async-signal-safe (a backtrace allocates), and need not be: it runs only
    // when the run has failed for good. Should it deadlock, `sample_line` gives up and the process ends.
    let _ = unsafe { sigaction(Signal::SIGURG, &action) };
}

extern "C" fn on_sample(_: c_int) {
    if let Ok(mut sample) = SAMPLE.try_lock() {
        *sample = Some(Backtrace::force_capture());
    }
    SAMPLED.store(true, Ordering::Release); // pairs with the Acquire in `sample`
}

/// This thread, for [`sample_line`].
pub(crate) fn this_thread() -> u64 {
    pthread_self() as u64
}

/// The line of the subject's code in which a thread is right now. The thread must be alive.
pub(crate) fn sample_line(thread: u64) -> Option<Site> {
    // Some instructions of a loop belong to no line: ask again.
    (0..SAMPLES).find_map(|_| sites::subject_frame(&sample(thread)?))
}

/// A loop is asked this often for a place that has a line.
const SAMPLES: usize = 20;

fn sample(thread: u64) -> Option<Backtrace> {
    SAMPLED.store(false, Ordering::Relaxed);
    pthread_kill(thread as Pthread, Signal::SIGURG).ok()?;
    let asked = Instant::now();
    while !SAMPLED.load(Ordering::Acquire) {
        if asked.elapsed() > Duration::from_millis(500) {
            return None;
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    SAMPLE.try_lock().ok()?.take()
}

/// This thread's number, as [`threads`] gives it.
pub(crate) fn thread_id() -> Option<u64> {
    u64::try_from(nix::unistd::gettid().as_raw()).ok()
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
