//! Runs a model: every interleaving within a bound on preemptions, and for the one that fails, its steps.

use crate::steps::{self, Step};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use verdict::{Kind, Site, Verdict};

pub use loom::thread::JoinHandle;

/// Explores the interleavings of `body` with at most `preemptions` preemptions and returns how many there are.
///
/// Fewer preemptions come first, so that the interleaving that fails is one with the fewest. When one fails,
/// `fail` gets its verdict and the process ends: loom cannot unwind out of a deadlock.
pub fn explore(
    preemptions: usize,
    fail: Box<dyn Fn(Verdict) + Send + Sync>,
    body: impl Fn() + Send + Sync + 'static,
) -> u64 {
    let explored = Arc::new(AtomicU64::new(0));
    let body = Arc::new(body);
    let fail = Mutex::new(Some(fail));
    let count = explored.clone();
    std::panic::set_hook(Box::new(move |info| {
        // A second panic comes while the first unwinds: the first one is the cause.
        let Some(fail) = fail.lock().ok().and_then(|mut fail| fail.take()) else { return };
        let message = info.payload_as_str().unwrap_or("a panic without a message");
        fail(failure(message, info.location(), count.load(Relaxed)));
        end();
    }));
    for bound in 0..=preemptions {
        explored.store(0, Relaxed);
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(bound);
        let (body, explored) = (body.clone(), explored.clone());
        builder.check(move || {
            steps::clear();
            explored.fetch_add(1, Relaxed);
            body();
        });
    }
    let _ = std::panic::take_hook();
    explored.load(Relaxed)
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
#[track_caller]
pub fn block_on<F: Future>(what: &str, future: F) -> F::Output {
    let at = std::panic::Location::caller();
    let mut future = pin!(future);
    loom::future::block_on(std::future::poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        let saw = if polled.is_ready() { "is ready" } else { "is pending: waits to be woken" };
        steps::note_at(format!("{what} {saw}"), at);
        match polled {
            Poll::Ready(output) => Poll::Ready(output),
            Poll::Pending => Poll::Pending,
        }
    }))
}

/// Notes a step of the model's own.
#[track_caller]
pub fn step(what: &str) {
    steps::note(what);
}

/// What a panic out of an interleaving means.
fn failure(message: &str, location: Option<&std::panic::Location<'_>>, interleaving: u64) -> Verdict {
    let steps = steps::take();
    let verdict = if message.starts_with("deadlock") {
        Verdict::new(Kind::Stuck, format!("in interleaving {interleaving} every thread waits, for ever"))
            .usually("a lost wake-up: the state is looked at and the waker is stored in two critical sections")
    } else if message.contains("leaked") {
        Verdict::new(Kind::Leak, format!("in interleaving {interleaving} something is never dropped"))
            .usually("a cycle of `Arc`s, or a waker kept after the end")
    } else if message.contains("maximum number of branches") {
        Verdict::new(Kind::Spin, "a thread takes step after step without anything changing")
            .usually("a loop that waits by looking again and again: store the waker and return `Pending`")
    } else {
        let message: Vec<&str> = message.lines().take(3).map(str::trim).collect();
        Verdict::new(Kind::Fail, format!("in interleaving {interleaving}: {}", message.join(" ")))
            .usually("two critical sections where the invariant needs one")
    };
    let at = steps.iter().rev().map(|step| site(step.at)).find(|site| site.file.starts_with("src/"));
    let panicked = location.map(site).filter(|site| site.file.starts_with("src/"));
    let mut verdict = verdict.at(panicked.or(at));
    verdict.evidence = lines(&steps);
    verdict
}

/// The last steps, by thread: what leads to the failure.
fn lines(steps: &[Step]) -> Vec<String> {
    const SHOWN: usize = 11;
    let skipped = steps.len().saturating_sub(SHOWN);
    let width = steps.iter().map(|step| step.thread.chars().count()).max().unwrap_or(0);
    let mut lines = Vec::new();
    if skipped > 0 {
        lines.push(format!("… after {skipped} earlier steps:"));
    }
    lines.extend(
        steps[skipped..].iter().map(|step| format!("{:<width$}  {}, {}", step.thread, step.what, site(step.at))),
    );
    lines
}

fn site(location: &std::panic::Location<'_>) -> Site {
    let path = location.file();
    let file = match path.rfind("/src/") {
        Some(at) => &path[at + 1..],
        None => path.rsplit('/').next().unwrap_or(path),
    };
    Site { file: file.to_owned(), line: location.line() }
}
