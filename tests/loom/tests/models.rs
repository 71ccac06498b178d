//! The model runner, judged as a subject's models are: each in a process of its own, by the verdict that comes back.

extern crate workbook_loom as workbook;

use std::time::Duration;
use verdict::supervise::{self, Run};
use verdict::{Kind, Order, Verdict};

fn judge(test: &str) -> Verdict {
    let binary = std::env::current_exe().expect("the test's own path is known");
    let deadline = Duration::from_secs(60);
    supervise::judge(Run { binary: &binary, test, deadline, order: &Order::default(), keeper: None }).verdict
}

/// A cell for one number: who takes it waits until it is there.
mod subjects {
    use std::task::{Context, Poll, Waker};
    use workbook::sync::{Arc, Mutex};

    #[derive(Default)]
    pub(crate) struct Cell {
        state: Mutex<(Option<u64>, Option<Waker>)>,
    }

    impl Cell {
        pub(crate) fn shared() -> Arc<Cell> {
            Arc::new(Cell::default())
        }

        pub(crate) fn put(&self, value: u64) {
            let waker = {
                let mut state = self.state.lock().expect("nobody panics with the lock");
                state.0 = Some(value);
                state.1.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        }

        pub(crate) fn take(&self, cx: &mut Context<'_>) -> Poll<u64> {
            let mut state = self.state.lock().expect("nobody panics with the lock");
            match state.0.take() {
                Some(value) => Poll::Ready(value),
                None => {
                    state.1 = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        }

        /// Looks in one critical section and stores the waker in another.
        pub(crate) fn take_in_two_steps(&self, cx: &mut Context<'_>) -> Poll<u64> {
            let found = self.state.lock().expect("nobody panics with the lock").0.take();
            match found {
                Some(value) => Poll::Ready(value),
                None => {
                    self.state.lock().expect("nobody panics with the lock").1 = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        }
    }
}

mod models {
    use super::subjects::Cell;
    use std::future::poll_fn;
    use workbook::model::{block_on, name, spawn};

    /// A number that is put is taken.
    #[harness::model(preemptions = 2, at_least = 5)]
    fn right() {
        name("taker");
        let cell = Cell::shared();
        let other = cell.clone();
        spawn("putter", move || other.put(7));
        assert_eq!(block_on("`take`", poll_fn(|cx| cell.take(cx))), 7);
    }

    /// A number that is put is taken, but for a lost wake-up.
    #[harness::model(preemptions = 2, at_least = 5)]
    #[should_panic]
    fn lost_wake_up() {
        name("taker");
        let cell = Cell::shared();
        let other = cell.clone();
        spawn("putter", move || other.put(7));
        block_on("`take`", poll_fn(|cx| cell.take_in_two_steps(cx)));
    }

    /// Nothing that loom sees is done at all.
    #[harness::model(preemptions = 2, at_least = 5)]
    #[should_panic]
    fn nothing_explored() {}

    /// What a thread does wrong is the verdict.
    #[harness::model(preemptions = 2, at_least = 1)]
    #[should_panic]
    fn unequal() {
        let cell = Cell::shared();
        cell.put(7);
        assert_eq!(block_on("`take`", poll_fn(|cx| cell.take(cx))), 8);
    }

    /// A model that somebody wrote: puts a number and takes it.
    fn puts_and_takes(bug: bool) {
        let cell = Cell::shared();
        let other = cell.clone();
        spawn("putter", move || other.put(7));
        block_on("`take`", poll_fn(|cx| if bug { cell.take_in_two_steps(cx) } else { cell.take(cx) }));
    }

    /// The model finds the interleaving in which the cell's bug shows.
    #[harness::model(
        preemptions = 2,
        right = "a right cell",
        bug = "a cell that loses a wake-up",
        usually = "few threads"
    )]
    fn noticed(bug: bool) {
        puts_and_takes(bug);
    }

    /// It fails in no interleaving with what is right.
    #[harness::model(preemptions = 2, right = "a right cell")]
    fn accepted() {
        puts_and_takes(false);
    }

    /// A model with one thread finds nothing.
    #[harness::model(
        preemptions = 2,
        right = "a right cell",
        bug = "a cell that loses a wake-up",
        usually = "few threads"
    )]
    #[should_panic]
    fn unnoticed(bug: bool) {
        let cell = Cell::shared();
        cell.put(7);
        block_on("`take`", poll_fn(|cx| if bug { cell.take_in_two_steps(cx) } else { cell.take(cx) }));
    }

    /// What is the same twice is explored twice, to the same end.
    #[harness::model(preemptions = 2, right = "a right cell", bug = "no bug at all", usually = "")]
    #[should_panic]
    fn the_same_twice(bug: bool) {
        let _ = bug;
        puts_and_takes(false);
    }

    /// A model that fails whatever it gets notices nothing.
    #[harness::model(
        preemptions = 2,
        right = "a right cell",
        bug = "a cell that loses a wake-up",
        usually = "few threads"
    )]
    #[should_panic]
    fn refused(bug: bool) {
        puts_and_takes(bug);
        panic!("something is wrong in any case");
    }

    /// A model that is not written notices nothing.
    #[harness::model(
        preemptions = 2,
        right = "a right cell",
        bug = "a cell that loses a wake-up",
        usually = "few threads"
    )]
    #[should_panic]
    fn unwritten(bug: bool) {
        let _ = bug;
        todo!("a model")
    }
}

#[test]
fn a_model_that_finds_the_bug_passes() {
    for model in ["models::noticed", "models::accepted"] {
        let verdict = judge(model);
        assert_eq!(verdict.kind, Kind::Pass, "{verdict}");
    }
}

#[test]
fn a_model_that_does_not_find_the_bug_is_told_which() {
    let verdict = judge("models::unnoticed");
    assert_eq!(verdict.kind, Kind::Fail, "{verdict}");
    assert!(
        verdict.seen.starts_with("a cell that loses a wake-up passed your model; interleavings that loom explored: 1"),
        "{verdict}"
    );
}

#[test]
fn what_explores_twice_explores_the_same() {
    let verdict = judge("models::the_same_twice");
    assert_eq!(verdict.kind, Kind::Fail, "{verdict}");
    assert!(verdict.seen.starts_with("no bug at all passed your model"), "{verdict}");
}

#[test]
fn a_model_that_refuses_what_is_right_is_told_so() {
    let verdict = judge("models::refused");
    assert!(matches!(verdict.kind, Kind::Fail | Kind::Crash), "{verdict}");
    assert!(verdict.seen.starts_with("a right cell is refused by your model: "), "{verdict}");
}

#[test]
fn a_model_that_is_not_written_is_not_judged() {
    let verdict = judge("models::unwritten");
    assert_eq!(verdict.kind, Kind::Unstarted, "{verdict}");
}

#[test]
fn a_lost_wake_up_is_shown_as_steps_by_thread() {
    let verdict = judge("models::lost_wake_up");
    assert_eq!(verdict.kind, Kind::Stuck, "{verdict}");
    let steps = verdict.evidence.join("\n");
    assert!(steps.contains("taker") && steps.contains("putter"), "{verdict}");
    assert!(steps.contains("takes the lock, models.rs:"), "a step names its line:\n{verdict}");
    assert!(verdict.usually.as_deref().is_some_and(|cause| cause.contains("lost wake-up")), "{verdict}");
}

#[test]
fn a_model_that_explored_nothing_does_not_pass() {
    let verdict = judge("models::nothing_explored");
    assert_eq!(verdict.kind, Kind::Rule, "{verdict}");
    assert!(verdict.seen.contains("at least 5"), "{verdict}");
}

#[test]
fn a_failed_assertion_is_a_failure_in_an_interleaving() {
    let verdict = judge("models::unequal");
    assert!(matches!(verdict.kind, Kind::Fail | Kind::Crash), "{verdict}");
    assert!(verdict.seen.contains("interleaving"), "{verdict}");
}
