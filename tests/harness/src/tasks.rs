//! What the runtime's hooks tell: which tasks live, where they were spawned, how often they are polled.

use futures::task::AtomicWaker;
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant as WallInstant;
use tokio::runtime::TaskMeta;
use tokio::task::Id;
use tokio::time::Instant;

use crate::os::{self, Waits};

/// A living task of the subject.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) spawned_at: &'static Location<'static>,
    pub(crate) polls: u64,
    instant: Instant,
    polls_at_instant: u64,
}

/// A poll that blocked its thread.
#[derive(Clone, Debug)]
pub(crate) struct Blocked {
    /// Where the task was spawned; `None` for the test's own task, which calls the subject directly.
    pub(crate) spawned_at: Option<&'static Location<'static>>,
    pub(crate) held: std::time::Duration,
    /// Where it slept with `std::thread::sleep`, if that is what it did; its lines are not looked up yet.
    pub(crate) slept_at: Option<Arc<Backtrace>>,
}

/// A task that is polled again and again at one instant.
#[derive(Clone, Debug)]
pub(crate) struct Spinning {
    pub(crate) spawned_at: &'static Location<'static>,
    pub(crate) polls: u64,
}

#[derive(Default)]
struct Board {
    /// The test's own task.
    body: Option<Id>,
    living: BTreeMap<Id, Task>,
    /// Spawn sites of all tasks, living and ended.
    spawned: BTreeMap<Id, &'static Location<'static>>,
    polls: u64,
    blocked: Option<Blocked>,
    spinning: Option<Spinning>,
}

static BOARD: Mutex<Board> = Mutex::new(Board {
    body: None,
    living: BTreeMap::new(),
    spawned: BTreeMap::new(),
    polls: 0,
    blocked: None,
    spinning: None,
});

/// A poll that waits for less than this is not worth a word.
const SHORTEST_BLOCK: std::time::Duration = std::time::Duration::from_micros(500);

/// Wakes the root future, which looks at [`interrupted`].
pub(crate) static ROOT: AtomicWaker = AtomicWaker::new();
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The poll that is under way, for the watchdog, which must not wait for a lock: when it began (wall clock,
/// milliseconds since the run began, plus one; 0 between polls) and where its task was spawned (null for the
/// test's own task).
static POLL_BEGAN: AtomicU64 = AtomicU64::new(0);
static POLL_SITE: AtomicPtr<Location<'static>> = AtomicPtr::new(std::ptr::null_mut());

thread_local! {
    /// Wall clock and waits of this thread when the poll began.
    static BEFORE: Cell<Option<(WallInstant, Waits)>> = const { Cell::new(None) };
}

fn board() -> MutexGuard<'static, Board> {
    BOARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the root future look up.
pub(crate) fn interrupt() {
    INTERRUPTED.store(true, Relaxed);
    ROOT.wake();
}

/// Whether someone called [`interrupt`].
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Relaxed)
}

/// Declares the test's own task: it is no leak and never spins.
pub(crate) fn set_body(id: Id) {
    let mut board = board();
    board.living.remove(&id);
    board.spawned.remove(&id);
    board.body = Some(id);
}

pub(crate) fn is_body(id: Id) -> bool {
    board().body == Some(id)
}

/// The subject's living tasks.
pub(crate) fn living() -> BTreeMap<Id, Task> {
    board().living.clone()
}

/// Where a task, living or ended, was spawned.
pub(crate) fn spawned_at(id: Id) -> Option<&'static Location<'static>> {
    board().spawned.get(&id).copied()
}

/// How often the subject's tasks have been polled.
pub(crate) fn polls() -> u64 {
    board().polls
}

pub(crate) fn blocked() -> Option<Blocked> {
    board().blocked.clone()
}

pub(crate) fn spinning() -> Option<Spinning> {
    board().spinning.clone()
}

/// The poll under way: since when, in milliseconds of [`wall_ms`], and its task's spawn site.
pub(crate) fn poll_under_way() -> Option<(u64, Option<&'static Location<'static>>)> {
    let began = POLL_BEGAN.load(Relaxed).checked_sub(1)?;
    let site = POLL_SITE.load(Relaxed);
    #[expect(unsafe_code, reason = "the pointer is null or was made from a `&'static Location` in `before_poll`")]
    let site = unsafe { site.as_ref() };
    Some((began, site))
}

/// When the runtime's clock began, for messages.
pub(crate) static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();

/// Milliseconds of real time since the first call, made when the run begins.
pub(crate) fn wall_ms() -> u64 {
    static BEGAN: std::sync::OnceLock<WallInstant> = std::sync::OnceLock::new();
    BEGAN.get_or_init(WallInstant::now).elapsed().as_millis() as u64
}

pub(crate) fn on_spawn(meta: &TaskMeta<'_>) {
    let mut board = board();
    let task = Task { spawned_at: meta.spawned_at(), polls: 0, instant: Instant::now(), polls_at_instant: 0 };
    board.spawned.insert(meta.id(), task.spawned_at);
    board.living.insert(meta.id(), task);
}

pub(crate) fn on_end(meta: &TaskMeta<'_>) {
    board().living.remove(&meta.id());
}

/// `spin` is how often one task may be polled at one instant; `None` on the wall clock, which always moves.
pub(crate) fn before_poll(meta: &TaskMeta<'_>, spin: Option<u64>) {
    let site = {
        let mut board = board();
        let mut spinning = None;
        let site = board.living.get_mut(&meta.id()).map(|task| {
            task.polls += 1;
            if let Some(limit) = spin {
                let now = Instant::now();
                if task.instant != now {
                    (task.instant, task.polls_at_instant) = (now, 0);
                }
                task.polls_at_instant += 1;
                if task.polls_at_instant > limit {
                    spinning = Some(Spinning { spawned_at: task.spawned_at, polls: task.polls_at_instant });
                }
            }
            task.spawned_at
        });
        if site.is_some() {
            board.polls += 1;
        }
        if spinning.is_some() && board.spinning.is_none() {
            board.spinning = spinning;
            drop(board);
            interrupt();
        }
        site
    };
    POLL_SITE.store(site.map_or(std::ptr::null_mut(), |site| std::ptr::from_ref(site).cast_mut()), Relaxed);
    POLL_BEGAN.store(wall_ms() + 1, Relaxed);
    os::enter_poll();
    BEFORE.set(Some((WallInstant::now(), os::waits())));
}

/// What the poll under way has done so far was the judge's own, such as reading debug information for a dump: it is
/// judged from here on.
pub(crate) fn forgive_poll() {
    if BEFORE.get().is_some() {
        POLL_BEGAN.store(wall_ms() + 1, Relaxed);
        BEFORE.set(Some((WallInstant::now(), os::waits())));
    }
}

pub(crate) fn after_poll(_: &TaskMeta<'_>, watch_blocking: bool) {
    let before = BEFORE.take();
    let slept_at = os::leave_poll();
    POLL_BEGAN.store(0, Relaxed);
    let Some((began, waits)) = before else { return };
    let held = began.elapsed();
    // A thread that gives up its processor by itself inside a poll has waited for something that is not a
    // future: a sleep, a lock, a file. Preemption by a busy neighbour is involuntary and does not count, nor does
    // code that had to be read from disk first.
    if !watch_blocking || held < SHORTEST_BLOCK {
        return;
    }
    let now = os::waits();
    let waited = now.voluntary > waits.voluntary && now.page_reads == waits.page_reads;
    if waited || slept_at.is_some() {
        let mut board = board();
        if board.blocked.as_ref().is_none_or(|longest| held > longest.held) {
            let site = POLL_SITE.load(Relaxed);
            #[expect(unsafe_code, reason = "as in `poll_under_way`")]
            let spawned_at = unsafe { site.as_ref() };
            board.blocked = Some(Blocked { spawned_at, held, slept_at: slept_at.map(Arc::new) });
        }
    }
}
