//! # Causal order
//!
//! Items come with the ids of those that must be done before them. Build [`causal`], which runs each item after all that
//! it depends on, and lets everything else run side by side.
//!
//! What must hold:
//!
//! - Order: the work on an item starts when all its dependencies are [`Status::Done`], never earlier. Each item has one
//!   outcome; the outcome of an item that ran comes after those of its dependencies. The output ends after the last.
//!   No items, no outcomes: it ends at once.
//! - Input: ids are any numbers, items come in any order, and a dependency that is named twice counts once.
//! - Width: never more than [`WIDTH`] items, 8, are in flight. A hundred independent items of 1 ms take 13 ms.
//! - No waiting for others: an item starts at the instant its last dependency is done, unless eight others are in flight;
//!   no place is idle while an item is ready. Two chains of fourteen items, of 5 ms and 1 ms in turn and out of step, take
//!   42 ms together.
//! - Shape: a chain of 2 000 items of 1 ms takes 2 s of virtual time, and 1 000 items of 1 ms between a first and a last
//!   take 127 ms.
//! - Size: a chain of 100 000 items without work, and a last one that depends on them all, take at most 10 s of
//!   processor time. Linear code needs one or two in a debug build, quadratic code a minute; and a recursion of that
//!   depth is the end of the process.
//! - Wrong graphs: before any work starts, [`causal`] returns [`GraphError::Duplicate`] with the first id that comes up
//!   again; if there is none, [`GraphError::Unknown`] with the first item, in the order of the input, whose
//!   dependency is not there; if there is none, [`GraphError::Cycle`] with the ids of one cycle and no others: each
//!   depends on the next, the last on the first, and the smallest comes first. An item that depends on itself is a
//!   cycle of one.
//! - Failure: an item whose work fails or panics is [`Status::Failed`] or [`Status::Panicked`]. All that depend on it,
//!   directly or through others, are [`Status::Skipped`], never started, and name an item at fault. Nobody else notices.
//! - Backpressure: while nobody reads, every task parks, and at most 25 items are started: 8 outcomes in the output, 8
//!   in hands, and 9 on the way, however you hand them over.
//! - Cancellation: when the output is dropped, work in flight is cancelled, none is started, and 2 ms later no task is
//!   left.
//! - Clock: but for those 10 s, all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not
//!   share. Tasks do the work.

use std::future::Future;
use tokio::sync::mpsc::Receiver;

/// How many items are worked on at once, at most.
pub const WIDTH: usize = 8;

/// How many outcomes wait for the reader, at most.
pub const OUTPUT_CAPACITY: usize = 8;

/// An item, and the items that must be done before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name, any number.
    pub id: u64,
    /// The ids of its dependencies, in any order.
    pub depends_on: Vec<u64>,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<E> {
    /// The item.
    pub id: u64,
    /// What became of it.
    pub status: Status<E>,
}

/// How an item ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status<E> {
    /// The work ended well.
    Done,
    /// The work returned this error.
    Failed(E),
    /// The work panicked.
    Panicked,
    /// The work was never started: the item depends on `failed`, directly or through others, which failed or panicked.
    Skipped {
        /// The item at fault.
        failed: u64,
    },
}

/// Why the items are no graph that can be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two items have this id.
    #[error("the id {id} is used twice")]
    Duplicate {
        /// The id that comes up again.
        id: u64,
    },
    /// An item depends on one that is not there.
    #[error("item {id} depends on {dependency}, which is not there")]
    Unknown {
        /// The item.
        id: u64,
        /// The dependency that is missing.
        dependency: u64,
    },
    /// Items that wait for each other: each depends on the next, the last on the first. The smallest id is the first.
    #[error("the items {ids:?} wait for each other, each for the next and the last for the first")]
    Cycle {
        /// The ids on the cycle.
        ids: Vec<u64>,
    },
}

/// Runs `work` on each item, [`WIDTH`] at a time, each after all that it depends on. The output has one outcome for each
/// item, and ends.
///
/// # Errors
///
/// [`GraphError`], before any work is started.
pub fn causal<W, F, E>(items: Vec<Item>, work: W) -> Result<Receiver<Outcome<E>>, GraphError>
where
    W: Fn(u64) -> F + Send + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Send + 'static,
{
    let _ = (items, work);
    todo!("check the graph; then start what waits for nothing, and with each end whatever it was the last to hold up")
}
