//! Right: a task for each item, which awaits its dependencies one after another and then a place.

mod graph;

use futures::FutureExt;
use graph::Graph;
use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::{Semaphore, watch};
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

/// How a dependency ended: not yet, well, or by whose fault.
#[derive(Clone, Copy)]
enum End {
    Open,
    Done,
    Lost(u64),
}

pub fn causal<W, F, E>(items: Vec<Item>, work: W) -> Result<Receiver<Outcome<E>>, GraphError>
where
    W: Fn(u64) -> F + Send + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Send + 'static,
{
    Graph::new(&items)?;
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    let places = Arc::new(Semaphore::new(WIDTH));
    tokio::spawn(async move {
        let ends: HashMap<u64, watch::Sender<End>> =
            items.iter().map(|item| (item.id, watch::Sender::new(End::Open))).collect();
        let mut tasks = JoinSet::new();
        for Item { id, depends_on } in items {
            let dependencies: Vec<_> = depends_on.iter().map(|on| ends[on].subscribe()).collect();
            let (end, output, places) = (ends[&id].clone(), output.clone(), places.clone());
            let run = work(id);
            tokio::task::consume_budget().await;
            tasks.spawn(async move {
                let mut lost = None;
                for mut dependency in dependencies {
                    let Ok(ended) = dependency.wait_for(|end| !matches!(end, End::Open)).await else { return };
                    if let End::Lost(failed) = *ended {
                        lost = Some(failed);
                        break;
                    }
                }
                let Ok(_place) = places.acquire().await else { return };
                let status = match lost {
                    Some(failed) => Status::Skipped { failed },
                    None => match AssertUnwindSafe(run).catch_unwind().await {
                        Ok(Ok(())) => Status::Done,
                        Ok(Err(error)) => Status::Failed(error),
                        Err(_) => Status::Panicked,
                    },
                };
                let how = match &status {
                    Status::Done => End::Done,
                    Status::Failed(_) | Status::Panicked => End::Lost(id),
                    Status::Skipped { failed } => End::Lost(*failed),
                };
                // The outcome first: those of the dependants come after it.
                if output.send(Outcome { id, status }).await.is_ok() {
                    end.send_replace(how);
                }
            });
        }
        drop(ends);
        tokio::select! {
            () = async { while tasks.join_next().await.is_some() {} } => {}
            () = output.closed() => {}
        }
    });
    Ok(receiver)
}
