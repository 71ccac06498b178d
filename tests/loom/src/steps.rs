//! The steps of the interleaving that is being explored.

use std::cell::RefCell;
use std::panic::Location;

/// One operation of one thread.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) thread: String,
    pub(crate) what: String,
    pub(crate) at: &'static Location<'static>,
}

thread_local! {
    // loom runs all threads of a model as coroutines on one thread.
    static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
}

#[track_caller]
pub(crate) fn note(what: impl Into<String>) {
    note_at(what, Location::caller());
}

pub(crate) fn note_at(what: impl Into<String>, at: &'static Location<'static>) {
    let thread = loom::thread::current().name().unwrap_or("the model").to_owned();
    // Not while the model ends: a drop there may touch loom's types after the steps are gone.
    let _ = STEPS.try_with(|steps| steps.borrow_mut().push(Step { thread, what: what.into(), at }));
}

pub(crate) fn clear() {
    STEPS.with_borrow_mut(Vec::clear);
}

pub(crate) fn take() -> Vec<Step> {
    STEPS.take()
}
