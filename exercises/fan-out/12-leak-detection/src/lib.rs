//! # Leak detection
//!
//! A test that passes may leave tasks behind, and so may the code that it tests. Build [`assert_no_leaks`], which runs a
//! future and panics if tasks outlive it, and [`assert_no_leaks_beside`], which does the same beside a fixture whose
//! tasks may live on. Then write [`shows_a_leak`], a test of such a check.
//!
//! Both assertions are plain functions. They are called where there is no runtime, as in a `#[test]`, and bring one of
//! their own: a current-thread runtime on a paused clock. Tokio tells its builder's hooks of every task, and where it was
//! spawned (`on_task_spawn`, `on_task_terminate`, `TaskMeta`); these are unstable, and enabled in this workbook.
//!
//! What must hold of them:
//!
//! - Sound fan-outs pass, drained, dropped early or cancelled, and the future's output is returned.
//! - Leaks panic: a worker blocked in a send, a worker that a forgotten sender keeps waiting, a ticker that was spawned
//!   and forgotten, a worker that ignores its token for an hour.
//! - Grace: tasks have [`GRACE`] of virtual time after the future, 1 s, to end. What ends within it is no leak. What
//!   ends 0.1 s later is one, and so is a task that was spawned within it and stays.
//! - Baseline: tasks that the fixture started are no leak, whether they go on or end. A task that leaks while one of the
//!   fixture's ends is one, though the count is the same.
//! - Message: it names each leaked task by the file and the line of its spawn, as `Location` prints them, and no task
//!   that has ended or is the fixture's.
//! - Panics: a future that panics panics on with its own words, leak or not.
//! - Several checks, one after another or in several threads at once, know nothing of each other.
//! - Clock: a future that sleeps for an hour takes no real time.
//!
//! What must hold of [`shows_a_leak`], which gets a check and tests it:
//!
//! - It runs a fan-out that is sound, and the same fan-out broken by one change such as a race against the token that is
//!   left out. With a right check it passes, by returning. How a check words its panic is its own affair.
//! - It fails, by a panic, with a check that never reports a leak, and with one that always does.

mod demonstration;

pub use demonstration::{Detector, shows_a_leak};

use std::time::Duration;

/// How long tasks have to end after the future, in virtual time.
pub const GRACE: Duration = Duration::from_secs(1);

/// Runs `test` to its end, on a runtime of its own, and returns its output.
///
/// # Panics
///
/// If tasks are left after [`GRACE`], with the line of each one's spawn; and if `test` does, with its panic.
pub fn assert_no_leaks<F: Future>(test: F) -> F::Output {
    let _ = test;
    todo!("run it on a runtime of its own, wait for GRACE, and panic with the spawn sites of the tasks that are left")
}

/// Runs `fixture` to its end, then `test` with what it gave, on one runtime, and returns the output of `test`. Tasks that
/// are alive before `test` are no leak.
///
/// # Panics
///
/// If other tasks are left after [`GRACE`], with the line of each one's spawn; and if `fixture` or `test` does, with its
/// panic.
pub fn assert_no_leaks_beside<S, F: Future>(fixture: impl Future<Output = S>, test: impl FnOnce(S) -> F) -> F::Output {
    let _ = (fixture, test);
    todo!("note which tasks are alive between the fixture and the test")
}
