//! Caught by: an_item_starts_when_its_own_dependencies_are_done (fail), chains_and_fans_take_what_they_must (fail)
//!
//! "There is more to do, so wake a worker." One is woken, however many items have become ready at once.

mod graph;

use futures::FutureExt;
use graph::Graph;
use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};

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
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let ids: Vec<u64> = items.into_iter().map(|item| item.id).collect();
    let state = State { ready: graph.free().into(), skipped: vec![false; ids.len()], open: ids.len(), graph };
    let shared = Arc::new(Shared { ids, state: Mutex::new(state), work: Mutex::new(work), more: Notify::new() });
    for _ in 0..WIDTH {
        let (shared, output) = (shared.clone(), output.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = worker(&shared, &output) => {}
                () = output.closed() => {} // The reader is gone.
            }
        });
    }
    Ok(receiver)
}

struct State {
    graph: Graph,
    ready: VecDeque<usize>,
    skipped: Vec<bool>,
    /// Items without an outcome.
    open: usize,
}

struct Shared<W> {
    ids: Vec<u64>,
    state: Mutex<State>,
    work: Mutex<W>,
    more: Notify,
}

async fn worker<W, F, E>(shared: &Shared<W>, output: &Sender<Outcome<E>>)
where
    W: Fn(u64) -> F,
    F: Future<Output = Result<(), E>>,
{
    let state = || shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let more = shared.more.notified();
        let next = {
            let mut state = state();
            if state.open == 0 {
                return;
            }
            state.ready.pop_front()
        };
        let Some(place) = next else {
            more.await;
            continue;
        };
        let id = shared.ids[place];
        let item = (shared.work.lock().unwrap_or_else(PoisonError::into_inner))(id);
        let status = match AssertUnwindSafe(item).catch_unwind().await {
            Ok(Ok(())) => Status::Done,
            Ok(Err(error)) => Status::Failed(error),
            Err(_) => Status::Panicked,
        };
        let done = matches!(status, Status::Done);
        if output.send(Outcome { id, status }).await.is_err() {
            return;
        }
        let skipped = if done { state().release(place) } else { state().skip(place) };
        let ended = 1 + skipped.len();
        for other in skipped {
            let status = Status::Skipped { failed: id };
            if output.send(Outcome { id: shared.ids[other], status }).await.is_err() {
                return;
            }
        }
        let mut state = state();
        state.open -= ended;
        if state.open == 0 {
            shared.more.notify_waiters();
        } else {
            shared.more.notify_one();
        }
    }
}

impl State {
    /// The item is done: what waited for it alone is ready. Nothing is skipped.
    fn release(&mut self, place: usize) -> Vec<usize> {
        for &dependant in &self.graph.dependants[place] {
            self.graph.waits_for[dependant] -= 1;
            if self.graph.waits_for[dependant] == 0 {
                self.ready.push_back(dependant);
            }
        }
        Vec::new()
    }

    /// Everything behind the item, each once.
    fn skip(&mut self, place: usize) -> Vec<usize> {
        let (mut below, mut skipped) = (vec![place], Vec::new());
        while let Some(lost) = below.pop() {
            for &dependant in &self.graph.dependants[lost] {
                if !std::mem::replace(&mut self.skipped[dependant], true) {
                    below.push(dependant);
                    skipped.push(dependant);
                }
            }
        }
        skipped
    }
}
