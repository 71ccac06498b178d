//! Caught by: a_leak_is_noticed_at_an_equal_count (fail)
//!
//! If no more tasks are alive than before, none has leaked.

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
pub fn assert_no_leaks<F: Future>(test: F) -> F::Output {
    assert_no_leaks_beside(std::future::ready(()), |()| test)
}

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
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let (output, grown) = runtime.block_on(async {
        let fixture = fixture.await;
        registry.forget_the_living();
        let before = alive();
        let output = test(fixture).await;
        tokio::time::sleep(GRACE).await;
        (output, alive() > before)
    });
    let leaked = registry.report().filter(|_| grown);
    drop(runtime);
    if let Some(report) = leaked {
        panic!("{report}");
    }
    output
}
