//! One fan-out and what it makes of an error: go on, stop at the first error, or stop at the first value.
//!
//! - **Ordering**: calls begin in the order of the items and end in any. "First" is first in time. Every list that is
//!   returned is in the order of the items.
//! - **Errors**: a refusal and a panic are both a [`Failure`] of their item, and a value like any other until one of the
//!   three functions decides. [`continue_on_error`] returns them all. [`fail_fast`] returns the first and drops the
//!   values it has, for half a list is of no use to a caller that asked for all. [`first_success`] drops its errors as
//!   soon as there is a value, and returns all of them if there is none. What a call did outside the program before it
//!   was dropped is not undone.
//! - **Cancellation**: the calls live in the future of the function and in no task, so they end with it: when it
//!   returns early, and when the caller drops it. A call in flight is dropped where it waits.
//! - **Backpressure**: an item is taken when there is room for its call. [`WORKERS`] is what the service is promised;
//!   nothing waits between the items and the calls, and there is no channel. What is kept is a result for each item that
//!   has ended: [`fail_fast`] and [`first_success`] need it only for their other outcome.
//! - **Shutdown**: nothing is left behind that would have to be joined.
//!
//! Why no task for each call: the work only waits, so one task can drive eight calls, and a drop cancels them before the
//! next line runs. An `abort` would end them a moment later. Calls that compute want tasks, to use more than one core:
//! a `JoinSet` in place of `buffer_unordered`.

mod calls;
mod modes;

pub use modes::{continue_on_error, fail_fast, first_success};

use thiserror::Error;

/// How many calls are in flight, at most.
pub const WORKERS: usize = 8;

/// What came of the call of an item.
pub type Answer = fn(u64) -> Result<u64, Failure>;

/// Why an item has no value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// The service refused this item.
    #[error("item {0} was refused")]
    Refused(u64),
    /// The work on this item panicked.
    #[error("the work on item {0} panicked")]
    Panicked(u64),
}
