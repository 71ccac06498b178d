//! Runs a model: every interleaving within a bound on preemptions, and for the one that fails, its steps.

use crate::steps::{self, Step, What};
use std::future::Future;
use std::panic::{Location, PanicHookInfo};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::task::{Context, Wake, Waker};
use verdict::{Kind, Site, Verdict};

pub use loom::thread::JoinHandle;

/// Explores the interleavings of `body` with at most `preemptions` preemptions and returns how many there are.
///
/// Fewer preemptions come first, so that the interleaving that fails is one with the fewest. When one fails,
/// `fail` gets its verdict and the process ends: loom cannot unwind out of a deadlock.
pub fn explore(preemptions: usize, fail: Fail, body: Box<dyn Fn() + Send + Sync>) -> u64 {
    let explored = Arc::new(AtomicU64::new(0));
    let body: Arc<dyn Fn() + Send + Sync> = body.into();
    *failing() = Some(fail);
    // Once, for a process may explore twice: loom's threads put a hook of their own around this one, and only once.
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            // A second panic comes while the first unwinds: the first one is the cause.
            let Some(fail) = failing().take() else { return };
            fail(failure(info));
            end();
        }));
    });
    for bound in 0..=preemptions {
        explored.store(0, Relaxed);
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(bound);
        // What loom would take from the environment: a search that is cut short passes.
        builder.max_duration = None;
        builder.max_permutations = None;
        builder.checkpoint_file = None;
        let (body, explored) = (body.clone(), explored.clone());
        builder.check(move || {
            steps::clear();
            explored.fetch_add(1, Relaxed);
            body();
        });
    }
    *failing() = None;
    explored.load(Relaxed)
}

/// Takes the verdict on an interleaving that fails.
type Fail = Box<dyn Fn(Verdict) + Send + Sync>;

/// Whom the next panic is told.
fn failing() -> MutexGuard<'static, Option<Fail>> {
    static FAILING: Mutex<Option<Fail>> = Mutex::new(None);
    FAILING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a step says of a future that is not ready.
const WAITS: &str = "is pending, waits";

/// Names the thread that runs the model's body, for the steps.
pub fn name(name: &'static str) {
    steps::name_body(name);
}

/// A deadlocked model panics a second time while the first panic unwinds, which would abort.
#[expect(clippy::disallowed_methods, reason = "loom cannot unwind out of a deadlock; the verdict has been sent")]
fn end() -> ! {
    std::process::exit(101)
}

/// Starts a thread of the model under a name for the steps.
pub fn spawn<T: Send + 'static>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let handle = loom::thread::Builder::new().name(name.to_owned()).spawn(body);
    handle.expect("loom starts threads without the system")
}

/// Polls a future until it is ready; between two polls this thread waits to be woken.
///
/// Now and then loom polls without a wake, as a runtime may.
#[track_caller]
pub fn block_on<F: Future>(what: &str, future: F) -> F::Output {
    let at = Location::caller();
    let mut future = pin!(future);
    let mut waker = None;
    loom::future::block_on(std::future::poll_fn(|cx| {
        let waker = waker.get_or_insert_with(|| noted(cx.waker()));
        steps::note_that(What::Polls);
        let polled = future.as_mut().poll(&mut Context::from_waker(waker));
        let saw = if polled.is_ready() { "is ready" } else { WAITS };
        steps::note_at(format!("{what} {saw}"), Some(at));
        polled
    }))
}

/// Notes a step of the model's own.
#[track_caller]
pub fn step(what: &str) {
    steps::note(what);
}

/// The waker of the thread that runs, noting each wake.
fn noted(waker: &Waker) -> Waker {
    Waker::from(Arc::new(Noted { waker: waker.clone(), thread: steps::thread() }))
}

struct Noted {
    waker: Waker,
    thread: String,
}

impl Wake for Noted {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        steps::note_at(format!("wakes the {}", self.thread), None);
        self.waker.wake_by_ref();
    }
}

/// What a panic out of an interleaving means.
fn failure(info: &PanicHookInfo<'_>) -> Verdict {
    let steps = steps::take();
    let panicked = info.location();
    let mut verdict = if let Some(finding) = info.payload().downcast_ref::<Verdict>() {
        finding.clone()
    } else {
        let message = info.payload_as_str().unwrap_or("a panic without a message").trim_end();
        meaning(message, panicked.filter(|location| is_subject(location)), &steps)
    };
    if verdict.kind == Kind::Unstarted {
        return verdict;
    }
    if verdict.at.is_none() {
        // Where the first of those stands who never got the lock; else the last line of the subject.
        let without_lock = steps.iter().find(|step| step.what == What::WaitsForLock);
        let mut backwards = without_lock.into_iter().chain(steps.iter().rev()).filter_map(|step| step.at);
        verdict.at = backwards.find(|at| is_subject(at)).map(site);
    }
    verdict.evidence.extend(lines(&steps));
    verdict
}

fn meaning(message: &str, subject: Option<&Location<'_>>, steps: &[Step]) -> Verdict {
    let short: Vec<&str> = message.lines().take(3).map(str::trim).collect();
    let short = short.join("; ");
    if message.starts_with("deadlock") {
        let cause = if steps.iter().any(|step| step.what == What::WaitsForLock) {
            "a lock that is taken again by the thread that has it, or two locks that are taken in two orders"
        } else if looked_last(steps) {
            "a wait for what nobody will do any more: when everything else is done, `poll` must not be pending"
        } else {
            "a lost wake-up: a change without a wake; or look and store of the waker, change and choice to wake, apart"
        };
        Verdict::new(Kind::Stuck, "in this interleaving all threads wait, for ever").usually(cause)
    } else if message.contains("leaked") {
        Verdict::new(Kind::Leak, "in this interleaving something is never dropped")
            .usually("a cycle of `Arc`s, or something forgotten")
    } else if message.contains("maximum number of branches") {
        Verdict::new(Kind::Spin, "a thread takes step after step without anything changing")
            .usually("a loop that looks again and again: store the waker and return `Pending`")
    } else if let Some(what) = message.strip_prefix("not yet implemented") {
        let what = what.trim_start_matches(':').trim();
        let seen =
            if what.is_empty() { "nothing is written here yet".to_owned() } else { format!("still to write: {what}") };
        Verdict::new(Kind::Unstarted, seen).at(subject.map(site))
    } else if let Some(location) = subject {
        Verdict::new(Kind::Crash, format!("panicked in this interleaving: {short}")).at(Some(site(location)))
    } else {
        Verdict::new(Kind::Fail, format!("in this interleaving: {short}"))
            .usually("two critical sections where the invariant needs one")
    }
}

/// Whether the thread that waits to be woken looked after all others had done their last step.
fn looked_last(steps: &[Step]) -> bool {
    let Some(waiting) =
        steps.iter().rev().find(|step| matches!(&step.what, What::Other(what) if what.ends_with(WAITS)))
    else {
        return false;
    };
    let polled = steps.iter().rposition(|step| step.what == What::Polls && step.thread == waiting.thread);
    polled.is_some_and(|at| steps[at..].iter().all(|step| step.thread == waiting.thread))
}

/// The last steps, by thread: what leads to the failure.
fn lines(steps: &[Step]) -> Vec<String> {
    const SHOWN: usize = 12;
    let steps: Vec<&Step> = steps.iter().filter(|step| step.what != What::Polls).collect();
    let skipped = if steps.len() > SHOWN { steps.len() - SHOWN + 1 } else { 0 };
    let shown = &steps[skipped..];
    let width = shown.iter().map(|step| step.thread.chars().count()).max().unwrap_or(0);
    let mut lines = Vec::new();
    if skipped > 0 {
        lines.push(format!("… after {skipped} earlier steps:"));
    }
    lines.extend(shown.iter().map(|step| {
        let what = match &step.what {
            What::WaitsForLock => "waits for the lock",
            What::TakesLock => "takes the lock",
            What::Polls => "polls",
            What::Other(what) => what,
        };
        match step.at {
            Some(at) => format!("{:<width$}  {what}, {}", step.thread, site(at)),
            None => format!("{:<width$}  {what}", step.thread),
        }
    }));
    lines
}

/// Whether a line is the subject's: none of a dependency's, of the workbook's own or of the model's.
fn is_subject(location: &Location<'_>) -> bool {
    const OTHERS: [&str; 3] = ["/registry/src/", "/rustc/", "/rustlib/"];
    let path = location.file();
    // The innermost of the workbook's folders tells whose a file is; `11-reorder-buffer-tests` is none of them.
    let mut folders = path.rsplit('/').skip(1);
    let innermost = folders.find(|folder| matches!(*folder, "exercises" | "solutions" | "subjects" | "tests"));
    !OTHERS.iter().any(|part| path.contains(part)) && !path.ends_with("loom.rs") && innermost != Some("tests")
}

fn site(location: &Location<'_>) -> Site {
    let path = location.file();
    let file = match path.rfind("/src/") {
        Some(at) => &path[at + 1..],
        None if path.starts_with("src/") => path,
        None => path.rsplit('/').next().unwrap_or(path),
    };
    Site { file: file.to_owned(), line: location.line() }
}
