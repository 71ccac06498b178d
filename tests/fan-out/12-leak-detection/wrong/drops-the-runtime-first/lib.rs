//! Caught by: a_blocked_send_is_noticed (fail), a_forgotten_sender_is_noticed (fail),
//!     a_detached_spawn_is_noticed (fail), an_ignored_token_is_noticed (fail), later_than_a_second_is_a_leak (fail),
//!     a_leak_is_noticed_at_an_equal_count (fail), the_message_names_the_leaked_tasks_alone (fail),
//!     checks_do_not_meet (fail)
//!
//! What is left once the runtime is gone has leaked. But the runtime takes all its tasks along.

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
    let output = runtime.block_on(async {
        let fixture = fixture.await;
        registry.forget_the_living();
        let output = test(fixture).await;
        // Nothing else is a timer of ours, so the clock gets here by itself, past all that is due before.
        tokio::time::sleep(GRACE).await;
        output
    });
    drop(runtime);
    let leaked = registry.report();
    if let Some(report) = leaked {
        panic!("{report}");
    }
    output
}
