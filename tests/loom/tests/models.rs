//! The model runner, judged as a subject's models are: each in a process of its own, by the verdict that comes back.

extern crate workbook_loom as workbook;

use std::time::Duration;
use verdict::supervise::{self, Run};
use verdict::{Kind, Verdict};

fn judge(test: &str) -> Verdict {
    let binary = std::env::current_exe().expect("the test's own path is known");
    supervise::judge(Run { binary: &binary, test, deadline: Duration::from_secs(60), environment: &[] }).verdict
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
