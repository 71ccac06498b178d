//! Caught by: a_reader_that_stops_holds_back_the_items (bound)
//!
//! "The number of outcomes is known": so the output has room for all of them, and nothing holds the items back.

mod graph;

use futures::FutureExt;
use graph::Graph;
use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;

pub const WIDTH: usize = 8;

pub const OUTPUT_CAPACITY: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: u64,
    pub depends_on: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<E> {
    pub id: u64,
    pub status: Status<E>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status<E> {
    Done,
    Failed(E),
    Panicked,
    Skipped { failed: u64 },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    #[error("the id {id} is used twice")]
    Duplicate { id: u64 },
    #[error("item {id} depends on {dependency}, which is not there")]
    Unknown { id: u64, dependency: u64 },
    #[error("the items {ids:?} wait for each other, each for the next and the last for the first")]
    Cycle { ids: Vec<u64> },
}

pub fn causal<W, F, E>(items: Vec<Item>, work: W) -> Result<Receiver<Outcome<E>>, GraphError>
where
    W: Fn(u64) -> F + Send + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Send + 'static,
{
    let graph = Graph::new(&items)?;
    let (output, receiver) = mpsc::channel(items.len().max(1));
    tokio::spawn(async move {
        let ids = items.into_iter().map(|item| item.id).collect();
        tokio::select! {
            () = run(ids, graph, work, &output) => {}
            () = output.closed() => {} // The reader is gone. `run` is dropped here, with what is in flight.
        }
    });
    Ok(receiver)
}

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
