//! The steps of the interleaving that is being explored.

use std::cell::{Cell, RefCell};
use std::panic::Location;

/// One operation of one thread.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) thread: String,
    pub(crate) what: What,
    /// Unknown for a wake: it comes through a `Waker`, which knows no caller.
    pub(crate) at: Option<&'static Location<'static>>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Asks for a lock. Worth a line only if the thread never gets it.
    WaitsForLock,
    /// Has it.
    TakesLock,
    /// Begins to poll. Never worth a line; it tells what came after the last look.
    Polls,
    /// Anything else.
    Other(String),
}

thread_local! {
    // loom runs all threads of a model as coroutines on one thread.
    static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
    static BODY: Cell<&'static str> = const { Cell::new("the model") };
}

/// Gives the thread that runs the model's body a name.
pub(crate) fn name_body(name: &'static str) {
    BODY.set(name);
}

#[track_caller]
pub(crate) fn note(what: impl Into<String>) {
    push(What::Other(what.into()), Some(Location::caller()));
}

#[track_caller]
pub(crate) fn note_that(what: What) {
    push(what, Some(Location::caller()));
}

pub(crate) fn note_at(what: impl Into<String>, at: Option<&'static Location<'static>>) {
    push(What::Other(what.into()), at);
}

fn push(what: What, at: Option<&'static Location<'static>>) {
    // Not while the model ends: a drop there may touch loom's types after the steps are gone.
    let _ = STEPS.try_with(|steps| steps.borrow_mut().push(Step { thread: thread(), what, at }));
}

/// The thread that runs.
pub(crate) fn thread() -> String {
    loom::thread::current().name().map_or_else(|| BODY.get().to_owned(), str::to_owned)
}

pub(crate) fn clear() {
    STEPS.with_borrow_mut(Vec::clear);
}

/// All steps so far, but those waits for a lock that ended.
pub(crate) fn take() -> Vec<Step> {
    let steps = STEPS.take();
    let went_on = |at: usize, thread: &str| {
        steps[at..].iter().any(|step| step.thread == thread && step.what != What::WaitsForLock)
    };
    let counts = |at: usize, step: &Step| step.what != What::WaitsForLock || !went_on(at, &step.thread);
    steps.iter().enumerate().filter(|(at, step)| counts(*at, step)).map(|(_, step)| step.clone()).collect()
}
