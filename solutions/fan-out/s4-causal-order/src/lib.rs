//! A fan-out in causal order: each item runs after all that it depends on, and waits for nothing else.
//!
//! - **Ordering**: an item starts when its last dependency is done, if one of the [`WIDTH`] places is free; items that
//!   wait for a place start in the order in which they became ready. Outcomes leave in the order in which items end,
//!   so that an item's outcome comes after those of its dependencies.
//! - **Errors**: a wrong graph is an error before anything runs. An item that fails or panics takes its dependants
//!   with it, which are [`Status::Skipped`], and nobody else.
//! - **Cancellation**: dropping the output drops the one task that owns everything, and with it the `JoinSet` of the
//!   items in flight.
//! - **Backpressure**: while nobody reads, the scheduler waits at its send and starts nothing.
//! - **Shutdown**: when nothing runs and nothing is ready, nothing is left: every item is done, failed or skipped.
//!
//! Sizes: eight places, as the brief has it. The output holds eight, one an item in flight, so that items which end
//! together do not wait for the reader one by one.
//!
//! Why items have no task of their own that waits for its dependencies: 100 000 tasks would stand parked from the
//! start, each with a list of channels, for the sake of eight at work.

mod graph;

use futures::FutureExt;
use graph::Graph;
use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;

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

// ANCHOR: causal
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
    let graph = Graph::new(&items)?;
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        let ids = items.into_iter().map(|item| item.id).collect();
        tokio::select! {
            () = run(ids, graph, work, &output) => {}
            () = output.closed() => {} // The reader is gone. `run` is dropped here, with what is in flight.
        }
    });
    Ok(receiver)
}
// ANCHOR_END: causal

// ANCHOR: run
async fn run<W, F, E>(ids: Vec<u64>, mut graph: Graph, work: W, output: &Sender<Outcome<E>>)
where
    W: Fn(u64) -> F,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Send + 'static,
{
    let mut ready: VecDeque<usize> = graph.free().into();
    let mut skipped = vec![false; ids.len()];
    let mut in_flight = JoinSet::new();
    loop {
        while in_flight.len() < WIDTH
            && let Some(place) = ready.pop_front()
        {
            let item = AssertUnwindSafe(work(ids[place])).catch_unwind();
            in_flight.spawn(async move { (place, item.await) });
        }
        // A panic is caught inside, and nobody else aborts: what cannot be joined is the end.
        let Some(Ok((place, ended))) = in_flight.join_next().await else { return };
        let status = match ended {
            Ok(Ok(())) => Status::Done,
            Ok(Err(error)) => Status::Failed(error),
            Err(_) => Status::Panicked,
        };
        let done = matches!(status, Status::Done);
        if output.send(Outcome { id: ids[place], status }).await.is_err() {
            return;
        }
        if done {
            for &dependant in &graph.dependants[place] {
                graph.waits_for[dependant] -= 1;
                if graph.waits_for[dependant] == 0 {
                    ready.push_back(dependant);
                }
            }
            continue;
        }
        // Everything behind it, each item once: `below` is a list and not a recursion.
        let mut below = vec![place];
        while let Some(lost) = below.pop() {
            for &dependant in &graph.dependants[lost] {
                if !std::mem::replace(&mut skipped[dependant], true) {
                    below.push(dependant);
                    let status = Status::Skipped { failed: ids[place] };
                    if output.send(Outcome { id: ids[dependant], status }).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
// ANCHOR_END: run
