//! Trying a test of the learner's on a subject of ours: does it pass, fail or hang?
//!
//! A test fails by a panic, which is no crash here. While one is tried, panics are set aside, and what it leaves behind
//! when it fails is nobody's, as a runtime that ends with its test would take it along.

use crate::check::Outcome;
use crate::diagnosis::{self, Parked};
use crate::{panics, quiet, tasks};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use verdict::{Kind, Verdict};

/// No test takes so much virtual time, unless it hangs.
const LONGEST: Duration = Duration::from_secs(600);

/// How a test of the learner's went.
#[must_use = "ask whether it passed or failed, and whether it should have"]
#[derive(Debug)]
pub struct Attempt {
    end: End,
    /// What panicked, in the order in which it did: in the test, and in tasks that it started.
    panics: Vec<Verdict>,
    /// A task that it left behind when it returned.
    left: Option<Parked>,
}

#[derive(Debug)]
enum End {
    Returned,
    /// With this message, if it was text.
    Panicked(String),
    /// Where it waits.
    Hung(Box<Verdict>),
}

/// Tries an `async` test on the criterion's runtime, in a task of its own.
pub async fn attempt(test: impl Future<Output = ()> + Send + 'static) -> Attempt {
    panics::set_aside();
    let mut test = tokio::spawn(test);
    let own = tasks::instead_of_the_body(test.id());
    let end = match tokio::time::timeout(LONGEST, &mut test).await {
        Ok(Ok(())) => End::Returned,
        Ok(Err(error)) => End::Panicked(error.try_into_panic().map(text).unwrap_or_default()),
        Err(_) => End::Hung(Box::new(hung().await)),
    };
    test.abort();
    drop(own);
    let mut left = None;
    // Its last tasks end one pass after it.
    for _ in 0..3 {
        quiet::quiescent().await;
    }
    let panics = panics::aside();
    match end {
        End::Returned if tasks::living().is_empty() => panics::none_aside(),
        End::Returned => left = diagnosis::parked().await.0.into_iter().next(),
        End::Panicked(_) | End::Hung(_) => tasks::forget_the_living(),
    }
    Attempt { end, panics, left }
}

/// Calls a test that is not `async`, as one that brings a runtime of its own. If it returns, it has caught on purpose
/// what panicked in it.
pub fn attempt_now(test: impl FnOnce()) -> Attempt {
    panics::set_aside();
    let end = match catch_unwind(AssertUnwindSafe(test)) {
        Ok(()) => End::Returned,
        Err(payload) => End::Panicked(text(payload)),
    };
    let mut panics = panics::aside();
    panics::none_aside();
    if matches!(end, End::Returned) {
        panics.retain(|panic| panic.kind == Kind::Unstarted);
    }
    // The last one came through; those before it may have been asked for.
    panics.reverse();
    Attempt { end, panics, left: None }
}

impl Attempt {
    /// It passed, as it must on this subject: `tried.accepts("a right buffer", "your tests")`.
    pub fn accepts(self, subject: &str, by: &str) -> Outcome {
        let refused = format!("{subject} is refused by {by}");
        match (self.end, first(self.panics)) {
            (_, Some(panic)) if panic.kind == Kind::Unstarted => {
                Outcome::found(panic).or_fail();
                Outcome::holds()
            }
            (End::Returned, None) => Outcome::holds(),
            (End::Hung(waits), None) => {
                let mut waits = *waits;
                waits.seen = format!("{subject} hangs {by}: {}", waits.seen);
                Outcome::found(waits)
            }
            (_, Some(panic)) => {
                let seen = format!("{refused}{}", in_its_words(said(&panic)));
                let found = Outcome::found(Verdict::new(Kind::Fail, seen).at(panic.at.clone()));
                // Some panics have a cause that is known whoever meets them.
                match panic.usually {
                    Some(cause) => {
                        found.usually(&cause);
                        Outcome::holds()
                    }
                    None => found,
                }
            }
            (End::Panicked(message), None) => {
                Outcome::found(Verdict::new(Kind::Fail, format!("{refused}{}", in_its_words(&message))))
            }
        }
    }

    /// It failed, as it must on this subject: `tried.notices("a buffer that drops the last item", "your tests")`.
    ///
    /// To hang is not to notice. That, and a panic that only a task saw, end the criterion with causes of their own.
    pub fn notices(self, subject: &str, by: &str) -> Outcome {
        match (self.end, first(self.panics)) {
            (_, Some(panic)) if panic.kind == Kind::Unstarted => {
                Outcome::found(panic).or_fail();
                Outcome::holds()
            }
            (End::Panicked(_), _) => Outcome::holds(),
            (End::Hung(waits), _) => {
                let mut waits = *waits;
                waits.seen = format!("{subject} hangs {by}, and to hang is not to notice: {}", waits.seen);
                Outcome::found(waits).usually(
                    "a wait without a limit: put `tokio::time::timeout` around it and unwrap; on the paused clock the \
                     limit costs no time",
                );
                Outcome::holds()
            }
            (End::Returned, Some(panic)) => {
                let seen =
                    format!("{subject} passed {by}, though a task that nobody awaits panicked: {}", said(&panic));
                Outcome::found(Verdict::new(Kind::Fail, seen).at(panic.at)).usually(
                    "a panic ends its task alone; the test fails if it awaits the task's `JoinHandle` and unwraps",
                );
                Outcome::holds()
            }
            (End::Returned, None) if let Some(left) = self.left => {
                let seen = format!("{subject} passed {by}, though a task that nobody awaits still waits");
                let at = left.wait.at.clone().unwrap_or(left.spawned.clone());
                Outcome::found(Verdict::new(Kind::Fail, seen).with(left.to_string()).at(Some(at))).usually(
                    "the test returns before its tasks have seen what they wait for: await each one's `JoinHandle`, within \
                     a time limit, and unwrap",
                );
                Outcome::holds()
            }
            (End::Returned, None) => Outcome::found(Verdict::new(Kind::Fail, format!("{subject} passed {by}"))),
        }
    }

    /// What the test panicked with; nothing if it did not.
    pub fn message(&self) -> Option<&str> {
        match &self.end {
            End::Panicked(message) => Some(message),
            End::Returned | End::Hung(_) => None,
        }
    }
}

/// A panic's own words.
fn said(panic: &Verdict) -> &str {
    panic.seen.strip_prefix("panicked: ").unwrap_or(&panic.seen)
}

/// A panic's words behind what they are about; a panic may have none.
fn in_its_words(said: &str) -> String {
    if said.trim().is_empty() { ", without a word".to_owned() } else { format!(": {said}") }
}

/// A `todo!()` explains every other panic.
fn first(panics: Vec<Verdict>) -> Option<Verdict> {
    let unstarted = panics.iter().position(|panic| panic.kind == Kind::Unstarted).unwrap_or(0);
    panics.into_iter().nth(unstarted)
}

/// Where the test waits that does not end.
async fn hung() -> Verdict {
    let (parked, own) = diagnosis::parked().await;
    // What a subject of ours waits for inside is its own affair.
    let leaf = own.leaf.filter(|_| own.test.is_none());
    let seen = leaf.map_or("it waits".to_owned(), |leaf| format!("it waits in {leaf}"));
    let mut verdict = Verdict::new(Kind::Stuck, seen);
    verdict.evidence = diagnosis::grouped(&parked);
    verdict.at(own.at.or_else(|| parked.iter().find_map(|task| task.wait.at.clone())))
}

fn text(payload: Box<dyn std::any::Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast::<&str>().map(|text| (*text).to_owned()).unwrap_or_default(),
    }
}
