//! # Hedged fan-out
//!
//! Fetch each item once, and a second time beside it if the first attempt is slow. Write two things:
//!
//! - [`hedged`], in `hedge.rs`, for one item. The **primary** attempt begins at once. If it has taken [`STAGGER`] = 50 ms,
//!   the **hedge**, a second call of `try_fetch` with the same item, begins beside it. The first *success* wins.
//! - [`fan_out`], in `stage.rs`, for many: it does this for [`WORKERS`] = 8 items at a time and sends each item's result
//!   into a channel of [`CAPACITY`] = 8.
//!
//! What must hold of `hedged`:
//!
//! - A primary that succeeds within 50 ms is the only attempt. (At exactly 50 ms, either is fine; it is not judged.)
//! - A primary that takes longer goes on, and the hedge begins 50 ms after it, to the millisecond. The value is that of
//!   whichever succeeds first. There are never more than two attempts.
//! - The loser is dropped: when `hedged` returns, no attempt is in flight and no task is left. The same holds when the
//!   future of `hedged` is dropped. (What you have aborted may end a moment later, at the same instant of the clock.)
//! - A failed attempt is no answer while the other may succeed. If the primary fails within 50 ms, the hedge begins at
//!   that moment. If one of two attempts under way fails, the other is waited for.
//! - If both fail, the error has both, each in its place, when the second has failed.
//!
//! What must hold of `fan_out`:
//!
//! - Results: one for each item, its value or both errors, in any order, as soon as it is there. An item that fails ends
//!   nothing. After the last the output ends, and no task is left.
//! - Exactly the slow ones are hedged, while there is room in the output: of a thousand items whose primary takes 10 ms,
//!   or 1 s for each twentieth, and whose hedge takes 10 ms, these fifty. The 99th percentile of an item's time is 60 ms,
//!   and the whole takes at most 1623 ms (an eighth of all times, and 60 ms).
//! - Width: never more than 8 items are fetched at a time, and 8 are whenever so many wait. A thousand items of 10 ms take
//!   1250 ms.
//! - Backpressure: while nobody reads, at most 25 items are taken from the input: 8 in the output, 8 in hand, and 9 spare,
//!   for a design with a queue of its own and a task that fills it. What waits, for room or for an item, is not polled;
//!   attempts may stand still then, and begin their hedges late.
//! - Shutdown: 5 ms after the output is dropped, no attempt is in flight and no task is left, though attempts of 10 s were
//!   under way, and though others wait for an input that is open and empty. Of the items that still wait, at most 8
//!   are begun meanwhile.
//! - A panic in an attempt loses at most its own item, which then has no result, an error, or the other attempt's
//!   value. However many panic, all others have their results, eight at a time as before, and the output ends. A panic
//!   that your code raises itself, such as an `unwrap` of a `JoinError`, is a crash even if you catch it; pass an
//!   attempt's panic on with `resume_unwind`.
//!
//! All of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share.

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
