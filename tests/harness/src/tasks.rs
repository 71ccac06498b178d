//! What the runtime's hooks tell: which tasks live, where they were spawned, how often they are polled.

use futures::task::AtomicWaker;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as WallInstant};
use tokio::runtime::TaskMeta;
use tokio::task::Id;
use tokio::time::Instant;

use crate::os::{self, PollWaits};

/// A living task of the subject.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) spawned_at: &'static Location<'static>,
    pub(crate) polls: u64,
    instant: Instant,
    polls_at_instant: u64,
}

impl Task {
    /// When it was last polled, on the paused clock; else when it was spawned.
    pub(crate) fn last_polled(&self) -> Instant {
        self.instant
    }

    fn polled(&mut self, now: Instant) {
        if self.instant != now {
            (self.instant, self.polls_at_instant) = (now, 0);
        }
        self.polls_at_instant += 1;
    }
}

/// A poll that blocked its thread.
#[derive(Clone, Debug)]
pub(crate) struct Blocked {
    /// Where the task was spawned; `None` for the test's own task, which calls the subject directly.
    pub(crate) spawned_at: Option<&'static Location<'static>>,
    pub(crate) held: Duration,
    /// When it came back, on the runtime's clock.
    pub(crate) at: Instant,
    /// What it waited for.
    pub(crate) waits: Arc<PollWaits>,
}

/// A task that is polled again and again at one instant.
#[derive(Clone, Debug)]
pub(crate) struct Spinning {
    /// Where the task was spawned; `None` for the test's own task, which calls the subject directly.
    pub(crate) spawned_at: Option<&'static Location<'static>>,
    pub(crate) polls: u64,
    /// When, on the runtime's clock.
    pub(crate) at: Instant,
}

#[derive(Default)]
struct Board {
    /// The test's own task.
    body: Option<Task>,
    body_id: Option<Id>,
    /// [`Board::polls`] when the test's own task was last polled.
    polls_before: u64,
    living: BTreeMap<Id, Task>,
    /// Spawn sites of all tasks, living and ended.
    spawned: BTreeMap<Id, &'static Location<'static>>,
    polls: u64,
    /// Polls that waited for something, the longest first.
    blocked: Vec<Blocked>,
    spinning: Option<Spinning>,
}

static BOARD: Mutex<Board> = Mutex::new(Board {
    body: None,
    body_id: None,
    polls_before: 0,
    living: BTreeMap::new(),
    spawned: BTreeMap::new(),
    polls: 0,
    blocked: Vec::new(),
    spinning: None,
});

/// Shorter sleeps are not worth a word.
const SHORTEST_SLEEP: Duration = Duration::from_micros(500);
/// A short critical section behind a std lock is good practice, and takes this long when its holder is preempted.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);
/// So many polls that waited are looked into.
const MOST_BLOCKED: usize = 32;

/// Whether the clock is the wall's.
static REAL: AtomicBool = AtomicBool::new(false);

/// Says once, before the run, whether the clock is the wall's.
pub(crate) fn set_real(real: bool) {
    REAL.store(real, Relaxed);
}

/// Whether the clock is the wall's.
pub(crate) fn real() -> bool {
    REAL.load(Relaxed)
}

/// Wakes the root future, which looks at [`interrupted`].
pub(crate) static ROOT: AtomicWaker = AtomicWaker::new();
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The poll that is under way on one of the runtime's threads, for the watchdog, which must not wait for a lock.
struct Slot {
    /// When it began: wall clock, milliseconds since the run began, plus one; 0 between polls.
    began: AtomicU64,
    /// Where its task was spawned; null for the test's own task.
    site: AtomicPtr<Location<'static>>,
    /// The thread, as [`os::sample_line`] knows it.
    thread: AtomicU64,
}

/// More threads than a test's runtime has; further ones are not watched.
static SLOTS: [Slot; 16] = [const {
    Slot { began: AtomicU64::new(0), site: AtomicPtr::new(std::ptr::null_mut()), thread: AtomicU64::new(0) }
}; 16];
static SLOTS_TAKEN: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static SLOT: usize = SLOTS_TAKEN.fetch_add(1, Relaxed);
    /// Wall clock when this thread's poll began.
    static BEGAN: Cell<Option<WallInstant>> = const { Cell::new(None) };
}

fn slot() -> Option<&'static Slot> {
    SLOTS.get(SLOT.with(|slot| *slot))
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
    board.body = board.living.remove(&id);
    board.spawned.remove(&id);
    board.body_id = Some(id);
}

/// Declares another task the test's own, until the guard is dropped: one that tries a test of the learner's.
pub(crate) fn instead_of_the_body(id: Id) -> Instead {
    let before = {
        let board = board();
        (board.body.clone(), board.body_id)
    };
    set_body(id);
    Instead(before)
}

/// See [`instead_of_the_body`].
pub(crate) struct Instead((Option<Task>, Option<Id>));

impl Drop for Instead {
    fn drop(&mut self) {
        let mut board = board();
        (board.body, board.body_id) = (self.0.0.take(), self.0.1);
    }
}

/// From now on the tasks that live are nobody's: no leak, and never spinning.
pub(crate) fn forget_the_living() {
    board().living.clear();
}

pub(crate) fn is_body(id: Id) -> bool {
    board().body_id == Some(id)
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

/// The polls that waited longest, the longest first. What they waited for may be Tokio's own.
pub(crate) fn blocked() -> Vec<Blocked> {
    board().blocked.clone()
}

pub(crate) fn spinning() -> Option<Spinning> {
    board().spinning.clone()
}

/// How long, on the runtime's clock, the test's own task has not been polled, and how often others were since.
pub(crate) fn since_the_bodys_poll() -> (Duration, u64) {
    let board = board();
    (board.body.as_ref().map_or(Duration::ZERO, |body| body.instant.elapsed()), board.polls - board.polls_before)
}

/// When a task was last polled, the test's own or another. Nothing has moved since, if none is at work.
pub(crate) fn last_polled() -> Option<Instant> {
    let board = board();
    board.living.values().chain(&board.body).map(Task::last_polled).max()
}

/// When the test's own task was last polled.
pub(crate) fn body_last_polled() -> Option<Instant> {
    board().body.as_ref().map(Task::last_polled)
}

/// The run hangs: if the test's own task has been polled more than `limit` times at this instant, that is why.
/// Before that it is no reason: a test may well receive many items at one instant.
pub(crate) fn blame_the_body(limit: u64) {
    let mut board = board();
    let polls = board.body.as_ref().map_or(0, |body| body.polls_at_instant);
    if polls > limit && board.spinning.is_none() {
        let at = board.body.as_ref().map_or_else(Instant::now, Task::last_polled);
        board.spinning = Some(Spinning { spawned_at: None, polls: limit + 1, at });
    }
}

/// A poll that has not come back yet.
pub(crate) struct UnderWay {
    /// Since when, in milliseconds of [`wall_ms`].
    pub(crate) began: u64,
    /// Where its task was spawned; `None` for the test's own task.
    pub(crate) spawned_at: Option<&'static Location<'static>>,
    /// Its thread, as [`os::sample_line`] knows it.
    pub(crate) thread: u64,
}

/// The longest poll under way.
pub(crate) fn poll_under_way() -> Option<UnderWay> {
    let polls = SLOTS.iter().filter_map(|slot| {
        let began = slot.began.load(Relaxed).checked_sub(1)?;
        let site = slot.site.load(Relaxed);
        #[expect(unsafe_code, reason = "the pointer is null or was made from a `&'static Location` in `before_poll`")]
        let spawned_at = unsafe { site.as_ref() };
        Some(UnderWay { began, spawned_at, thread: slot.thread.load(Relaxed) })
    });
    polls.min_by_key(|poll| poll.began)
}

/// When the run began on its own clock, for messages.
pub(crate) static RUN_BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();

/// Milliseconds since the first call, made when the run begins: of real time, less what a busy machine has kept this
/// process waiting, as far as that is [known](ask_for_waits).
pub(crate) fn wall_ms() -> u64 {
    static BEGAN: std::sync::OnceLock<WallInstant> = std::sync::OnceLock::new();
    let wall = BEGAN.get_or_init(WallInstant::now).elapsed().as_millis() as u64;
    wall.saturating_sub(KEPT_WAITING.load(Relaxed))
}

/// Milliseconds that this process was [kept waiting](verdict::busy::kept_waiting), as far as is known.
static KEPT_WAITING: AtomicU64 = AtomicU64::new(0);

/// Looks how long a busy machine has kept this process waiting; no more than this counts.
pub(crate) fn ask_for_waits(most: Duration) {
    let waited = verdict::busy::kept_waiting(std::process::id()).min(most).as_millis() as u64;
    // A thread that ends takes its waits along.
    KEPT_WAITING.fetch_max(waited, Relaxed);
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
        if board.body_id == Some(meta.id()) {
            board.polls_before = board.polls;
            if let Some(body) = &mut board.body {
                body.polled(Instant::now());
            }
        }
        let site = board.living.get_mut(&meta.id()).map(|task| {
            task.polls += 1;
            if let Some(limit) = spin {
                task.polled(Instant::now());
                if task.polls_at_instant > limit {
                    let (polls, at) = (task.polls_at_instant, task.instant);
                    spinning = Some(Spinning { spawned_at: Some(task.spawned_at), polls, at });
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
    if let Some(slot) = slot() {
        slot.site.store(site.map_or(std::ptr::null_mut(), |site| std::ptr::from_ref(site).cast_mut()), Relaxed);
        slot.thread.store(os::this_thread(), Relaxed);
        slot.began.store(wall_ms() + 1, Relaxed);
    }
    BEGAN.set(Some(WallInstant::now()));
    os::enter_poll();
}

pub(crate) fn after_poll(meta: &TaskMeta<'_>, watch_blocking: bool) {
    let waits = os::leave_poll();
    let began = BEGAN.take();
    if let Some(slot) = slot() {
        slot.began.store(0, Relaxed);
    }
    let (true, Some(began)) = (watch_blocking, began) else { return };
    let held = began.elapsed();
    if waits.time >= SHORTEST_WAIT || waits.slept.is_some() && held >= SHORTEST_SLEEP {
        let mut board = board();
        let spawned_at = board.spawned.get(&meta.id()).copied();
        let place = board.blocked.partition_point(|longer| longer.held >= held);
        if place < MOST_BLOCKED {
            board.blocked.insert(place, Blocked { spawned_at, held, at: Instant::now(), waits: Arc::new(waits) });
            board.blocked.truncate(MOST_BLOCKED);
        }
    }
}
