//! A hedged fan-out: eight items at a time, and for an item that is slow a second attempt beside the first.
//!
//! - **Ordering**: none. A result leaves when its item is done; items are begun in the order of the input.
//! - **Errors**: an attempt that fails is no result as long as the other may succeed. Both errors are kept and leave as
//!   one. A panic in an attempt is caught by the worker that met it: the item in its hand has no result, and the worker
//!   takes the next one.
//! - **Cancellation**: an attempt is a future inside the worker, not a task. The one that loses is dropped when the other
//!   has won, and both are when the output or the future of [`hedged`] is dropped: nothing is left to be told.
//! - **Backpressure**: [`WORKERS`] items are in hand at once, each with one attempt or two, so at most twice as many
//!   attempts are in flight, and that only if every item is slow. [`CAPACITY`] results wait in the output, one for each
//!   worker: eight that end at the same moment can go on before the reader has run.
//! - **Shutdown**: a worker returns at the end of the input, and at once when the output is dropped, whatever it waits
//!   for. The last one closes the output behind it.

mod hedge;
mod stage;

pub use hedge::{STAGGER, hedged};
pub use stage::{CAPACITY, WORKERS, fan_out};

use async_trait::async_trait;
use thiserror::Error;

/// Something that can be asked twice for the same item, such as a service with several replicas.
#[async_trait]
pub trait TryFetch: Send + Sync + 'static {
    /// Fetches the value of `item`, in one attempt.
    ///
    /// # Errors
    ///
    /// Why this attempt failed. Another one may succeed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the attempt up.
    async fn try_fetch(&self, item: u64) -> Result<u64, FetchError>;
}

/// Why one attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct FetchError(pub String);

/// Why an item has no value: both attempts failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("both attempts failed: the primary: {primary}; the hedge: {hedge}")]
pub struct BothFailed {
    /// The error of the first attempt.
    pub primary: FetchError,
    /// The error of the second one.
    pub hedge: FetchError,
}

/// An item and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The item.
    pub item: u64,
    /// The value of the attempt that succeeded first, or both errors.
    pub result: Result<u64, BothFailed>,
}
