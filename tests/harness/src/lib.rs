//! The grading library.
//!
//! An acceptance test is a function under [`criterion`]; its doc comment is the criterion. The attribute
//! gives it a paused clock, a process of its own, and detectors for what concurrent code gets wrong: leaks,
//! deadlocks, blocked polls, busy-waiting, panics, floods of output. The test itself asks the rest through
//! [`check`], whose outcomes want a usual cause before they may fail:
//!
//! ```no_run
//! # use harness::{check, criterion, quiescent};
//! # fn stage() -> tokio::sync::mpsc::Receiver<u64> { todo!() }
//! # mod a { // A doctest is no test: the attribute's function is only compiled here.
//! # use super::*;
//! /// The output carries 1, 2 and 3, in this order, and ends.
//! #[criterion]
//! async fn three_numbers() {
//!     let seen = harness::drain(stage()).await;
//!     check::items(&seen, &[1, 2, 3]).usually("a sender dropped before it had sent everything");
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! Run by hand under `cargo test`, a test supervises itself: it starts its own binary again for the one
//! test and reports that child's verdict, so that every way of running comes to the same answer.

#[cfg(not(tokio_unstable))]
compile_error!(
    "the judge needs `--cfg tokio_unstable`, which .cargo/config.toml sets. It is lost when RUSTFLAGS is set \
     or when cargo runs outside the workbook: use `cargo checker`, or add the flag to RUSTFLAGS."
);

#[cfg(not(unix))]
compile_error!("the judge needs a Unix: on Windows, use WSL");

mod attempt;
mod channel;
pub mod check;
mod diagnosis;
mod judge;
pub mod memory;
mod os;
mod panics;
mod probes;
mod program;
mod quiet;
mod sites;
mod tasks;
mod trace;
mod usage;
mod watchdog;

pub use attempt::{Attempt, attempt, attempt_now};
pub use harness_macros::{criterion, model, placeless};
pub use judge::{Criterion, Noticing, judge, judge_model, judge_noticing_model, judge_now};
pub use probes::{Numbers, Source, numbers, watched};
pub use program::{interrupt, peak_rss, run_program, standstill, start_program, subject_program};
pub use quiet::{pass, quiescent};
pub use tokio_test::{assert_pending, assert_ready, assert_ready_eq, task};
pub use trace::{marked, received};
pub use usage::{Usage, ready};

use rand::SeedableRng;
use rand::rngs::StdRng;
use std::time::Duration;

/// Milliseconds.
pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// The command that starts the subject's own binary, which cargo builds beside the tests. The criterion says so:
/// `#[criterion(processes)]`.
#[macro_export]
macro_rules! program {
    () => {
        $crate::subject_program(::core::env!(::core::concat!("CARGO_BIN_EXE_", ::core::env!("CARGO_PKG_NAME"))))
    };
}

/// Receives until the channel is closed and empty.
pub async fn drain<T>(mut output: tokio::sync::mpsc::Receiver<T>) -> Vec<T> {
    let mut items = Vec::new();
    while let Some(item) = received(output.recv()).await {
        items.push(item);
    }
    items
}

/// The seed of this run: what its supervisor says, which is `WORKBOOK_SEED` or 1. It also seeds Tokio's `select!`.
pub fn seed() -> u64 {
    channel::order().seed
}

/// Reproducible randomness: the same [`seed`] and `stream` give the same numbers.
pub fn random(stream: u64) -> StdRng {
    StdRng::seed_from_u64(seed().wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(stream))
}
