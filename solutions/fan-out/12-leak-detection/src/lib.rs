//! An assertion that no task outlives a test, which names those that do.
//!
//! - **Ordering**: fixture, baseline, test, grace, look. What is alive at the baseline is never a leak.
//! - **Errors**: a leak is a panic that gives the spawn of each leaked task. A panic of the future comes first: it goes
//!   through `block_on`, and nobody looks for leaks, for a test that stopped half-way has cleaned up nothing.
//! - **Cancellation**: the runtime is dropped before the panic, and with it every task that was left.
//! - **Backpressure**: none; the registry holds what the runtime holds.
//! - **Shutdown**: tasks that are about to end get [`GRACE`] of virtual time, once, however many they are.
//!
//! Sizes: a second is longer than any clean-up of these pipelines takes and shorter than any of their time limits. On the
//! paused clock it costs nothing, so there is no reason to be stingy; to wait for as long as tasks need would be one to
//! miss those that end some day.

mod demonstration;
mod registry;

pub use demonstration::{Detector, shows_a_leak};

use registry::Registry;
use std::time::Duration;

/// How long tasks have to end after the future, in virtual time.
pub const GRACE: Duration = Duration::from_secs(1);

/// Runs `test` to its end, on a runtime of its own, and returns its output.
///
/// # Panics
///
/// If tasks are left after [`GRACE`], with the line of each one's spawn; and if `test` does, with its panic.
///
/// # Examples
///
/// ```
/// use fan_out_12_solution::assert_no_leaks;
///
/// let sum = assert_no_leaks(async { tokio::spawn(async { 40 + 2 }).await });
/// assert_eq!(sum.ok(), Some(42));
/// ```
pub fn assert_no_leaks<F: Future>(test: F) -> F::Output {
    assert_no_leaks_beside(std::future::ready(()), |()| test)
}

// ANCHOR: beside
/// Runs `fixture` to its end, then `test` with what it gave, on one runtime, and returns the output of `test`. Tasks that
/// are alive before `test` are no leak.
///
/// # Panics
///
/// If other tasks are left after [`GRACE`], with the line of each one's spawn; and if `fixture` or `test` does, with its
/// panic.
pub fn assert_no_leaks_beside<S, F: Future>(fixture: impl Future<Output = S>, test: impl FnOnce(S) -> F) -> F::Output {
    let registry = Registry::new();
    let runtime = registry.runtime();
    let output = runtime.block_on(async {
        let fixture = fixture.await;
        registry.forget_the_living();
        let output = test(fixture).await;
        // Nothing else is a timer of ours, so the clock gets here by itself, past all that is due before.
        tokio::time::sleep(GRACE).await;
        output
    });
    let leaked = registry.report();
    drop(runtime);
    if let Some(report) = leaked {
        panic!("{report}");
    }
    output
}
// ANCHOR_END: beside
